from __future__ import annotations

import pytest
from tests.policy.scene import NOW

from limen.clock import HOUR, SECOND
from limen.facts import Auth, Factor
from limen.policy.remedies import candidates

PASSWORD, CODE, PASSKEY = Factor.PASSWORD, Factor.CODE, Factor.PASSKEY


def kinds(strength: int, age: int) -> list[tuple[str, int]]:
    return [(one.kind, one.strength) for one, _ in candidates(Auth(strength, frozenset(), NOW - age), NOW)]


@pytest.mark.parametrize(
    ("strength", "age", "expected"),
    [
        (0, HOUR, [("use_passkey", 3), ("add_factor", 2)]),
        (1, HOUR, [("use_passkey", 3), ("add_factor", 2), ("sign_in_again", 1)]),
        (2, HOUR, [("use_passkey", 3), ("sign_in_again", 2)]),
        (3, HOUR, [("sign_in_again", 3)]),
        (3, 30 * SECOND, [("sign_in_again", 3)]),
        (3, 30 * SECOND - 1, []),
        (2, SECOND, [("use_passkey", 3)]),
    ],
)
def test_what_could_be_proved_now_depends_on_what_was(strength: int, age: int, expected: list[tuple[str, int]]) -> None:
    assert kinds(strength, age) == expected


def test_a_second_factor_is_one_that_was_not_given_yet() -> None:
    for given, added in ((PASSWORD, CODE), (CODE, PASSWORD)):
        proofs = {one.kind: auth for one, auth in candidates(Auth(1, frozenset({given}), NOW - HOUR), NOW)}
        assert proofs["add_factor"] == Auth(2, frozenset({given, added}), NOW)
        assert proofs["use_passkey"] == Auth(3, frozenset({given, PASSKEY}), NOW)
        assert proofs["sign_in_again"] == Auth(1, frozenset({given}), NOW)
