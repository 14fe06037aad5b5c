"""Grants, and what was issued for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.sso import sign_ins
from limen.sso.oidc import store
from limen.sso.oidc.store import CODE, REFRESH, IssuedFor
from limen.sso.sign_ins import AppSignIn
from limen.storage import Database, Transaction

SIGN_IN = AppSignIn("g_1", "grafana", "p_mia", "s_1", "openid", 10)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    opened.write(lambda t: store.add_sign_in(t.connection, SIGN_IN))
    opened.write(lambda t: store.add_token(t.connection, b"h" * 32, CODE, "g_1", 100, IssuedFor(nonce="n")))
    yield opened
    opened.close()


def test_what_was_issued_is_used_by_one(database: Database) -> None:
    found = database.read(lambda s: store.issued(s.connection, b"h" * 32))
    assert found is not None
    assert (found.sign_in, found.asked.nonce, found.used_at) == (SIGN_IN, "n", 0)
    assert [database.write(lambda t: store.use(t.connection, b"h" * 32, 20)) for _ in range(3)] == [True, False, False]
    assert database.read(lambda s: store.issued(s.connection, b"x" * 32)) is None


def test_what_is_over_is_forgotten(database: Database) -> None:
    """Ended ones are there for a while, to be shown; and of each person only so many, whoever ends without end."""
    database.write(lambda t: sign_ins.end(t.connection, ["g_1"], 30))
    later = 31 + sign_ins.ENDED_ARE_KEPT
    assert database.write(lambda t: store.forget(t.connection, later)) == 0
    database.write(lambda t: sign_ins.told(t.connection, "g_1"))
    assert database.write(lambda t: store.forget(t.connection, 101)) == 0
    assert database.write(lambda t: store.forget(t.connection, later)) == 1
    assert database.read(lambda s: sign_ins.sign_in_of(s.connection, "g_1")) is None


def test_of_each_person_only_the_newest_ended_ones_are_kept(database: Database) -> None:
    most = sign_ins.MOST_ENDED

    def many(transaction: Transaction) -> None:
        for number in range(most + 5):
            for person in ("p_bo", "p_kim"):
                one = AppSignIn(f"g_{person}_{number}", "grafana", person, "s_1", "openid", number, ended_at=number + 1)
                sign_ins.add(transaction.connection, one)

    database.write(many)
    assert database.write(lambda t: store.forget(t.connection, 100)) == 10
    kept = database.read(lambda s: sign_ins.ended_sign_ins(s.connection, "p_bo"))
    assert [one.at for one in kept] == list(range(most + 4, 4, -1))


def test_a_code_is_unredeemed_until_it_is_brought(database: Database) -> None:
    assert database.read(lambda s: store.unredeemed(s.connection)) == {"g_1"}
    database.write(lambda t: store.use(t.connection, b"h" * 32, 20))
    assert database.read(lambda s: store.unredeemed(s.connection)) == frozenset()


def test_secrets_overlap_for_as_long_as_is_said(database: Database) -> None:
    for hashed, now in ((b"a" * 32, 10), (b"b" * 32, 20)):
        database.write(lambda t, h=hashed, n=now: store.add_secret(t.connection, "grafana", h, n, n + 5))  # type: ignore[misc]
    assert database.read(lambda s: set(store.secrets_of(s.connection, "grafana", 24))) == {b"a" * 32, b"b" * 32}
    assert database.read(lambda s: store.secrets_of(s.connection, "grafana", 25)) == [b"b" * 32]


def test_consent_is_what_was_agreed_to_last(database: Database) -> None:
    database.write(lambda t: store.agree(t.connection, "p_mia", "survey", ["openid", "email"], 10))
    database.write(lambda t: store.agree(t.connection, "p_mia", "survey", ["openid"], 20))
    assert database.read(lambda s: store.consent(s.connection, "p_mia", "survey")) == {"openid"}
    assert database.read(lambda s: store.consent(s.connection, "p_bo", "survey")) == frozenset()


def test_tokens_of_one_turn_are_spent_together_and_those_from_before_turns_each_by_itself(database: Database) -> None:
    for name, turn in ((b"a", 1), (b"b", 2), (b"c", 2), (b"d", 0)):
        asked = IssuedFor(turn=turn)
        database.write(lambda t, n=name, a=asked: store.add_token(t.connection, n * 32, REFRESH, "g_1", 100, a))  # type: ignore[misc]

    def spent(name: bytes) -> bool:
        found = database.read(lambda s: store.issued(s.connection, name * 32))
        assert found is not None
        return found.is_spent

    database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 1, 20))
    assert [spent(name) for name in (b"a", b"b", b"c", b"d")] == [True, False, False, False]
    database.write(lambda t: sign_ins.next_turn(t.connection, "g_1", 2, 30))
    database.write(lambda t: store.use(t.connection, b"d" * 32, 30))
    assert all(spent(name) for name in (b"a", b"b", b"c", b"d"))
