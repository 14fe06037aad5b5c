"""Authentication contexts: what is asked for only tightens, and what is met is stated."""

from __future__ import annotations

import pytest

from limen.facts import Auth, Factor
from limen.sso.saml.contexts import MFA, PASSWORD, UNSPECIFIED, stated, strength_wanted

PASSKEY = Auth(3, frozenset({Factor.PASSKEY}), 10)
BOTH = Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), 10)
ONE = Auth(1, frozenset({Factor.PASSWORD}), 10)
LINK = Auth(1, frozenset(), 10)


@pytest.mark.parametrize(
    ("classes", "comparison", "strength"),
    [
        ((), "exact", 0),
        ((PASSWORD,), "exact", 1),
        ((MFA, PASSWORD), "exact", 1),
        ((MFA, "urn:unknown"), "minimum", 2),
        (("phr",), "exact", 3),
        ((PASSWORD,), "better", 2),
        ((PASSWORD, MFA), "better", 3),
        (("phr",), "better", None),
        (("urn:unknown",), "exact", None),
        ((UNSPECIFIED,), "maximum", 0),
    ],
)
def test_the_least_that_satisfies(classes: tuple[str, ...], comparison: str, strength: int | None) -> None:
    assert strength_wanted(classes, comparison) == strength


@pytest.mark.parametrize(
    ("auth", "classes", "comparison", "said"),
    [
        (PASSKEY, (), "exact", MFA),
        (BOTH, (), "exact", MFA),
        (ONE, (), "exact", PASSWORD),
        (LINK, (), "exact", UNSPECIFIED),
        (PASSKEY, (PASSWORD,), "exact", PASSWORD),
        (PASSKEY, (PASSWORD, "phr"), "minimum", "phr"),
        (BOTH, ("phr", MFA), "exact", MFA),
        (PASSKEY, (PASSWORD,), "better", MFA),
    ],
)
def test_what_is_stated_was_proved(auth: Auth, classes: tuple[str, ...], comparison: str, said: str) -> None:
    assert stated(auth, classes, comparison) == said
