"""The nouns of identity and their rules."""

from __future__ import annotations

import pytest

from limen.facts import Auth, Factor, strength_of
from limen.identity.model import FRESH_MS, Link, LinkPurpose, Token, Visitor, auth_of, is_fresh
from limen.opaque import hash_of


def test_a_token_hides_itself_and_keeps_its_hash() -> None:
    token = Token.new()
    assert len(token.reveal()) == 43
    assert token.reveal() not in f"{token} {token!r}"
    assert token.hash == hash_of(token.reveal())
    assert Token.new().reveal() != token.reveal()


def test_a_visitor_does_not_show_their_browser_cookie() -> None:
    assert "secret-cookie" not in repr(Visitor("192.0.2.1", "Firefox", "secret-cookie"))


@pytest.mark.parametrize(
    ("factors", "strength"),
    [
        (set(), 0),
        ({Factor.PASSWORD}, 1),
        ({Factor.CODE}, 1),
        ({Factor.LINK}, 1),
        ({Factor.LINK, Factor.CODE}, 1),
        ({Factor.PASSWORD, Factor.CODE}, 2),
        ({Factor.PASSKEY}, 3),
        ({Factor.SECURITY_KEY, Factor.PASSWORD}, 3),
    ],
)
def test_strength_is_what_the_factors_are_together(factors: set[Factor], strength: int) -> None:
    assert strength_of(frozenset(factors)) == strength


def test_two_factors_are_as_old_as_the_older_one() -> None:
    assert auth_of({Factor.PASSWORD: 900, Factor.CODE: 100}) == Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), 100)


def test_a_fresh_password_does_not_renew_an_old_passkey() -> None:
    assert auth_of({Factor.PASSKEY: 100, Factor.PASSWORD: 900}).at == 100


def test_no_proof_is_no_strength() -> None:
    assert auth_of({}) == Auth()


def test_fresh_is_strong_enough_and_recent_and_not_from_the_future() -> None:
    auth = Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), 1_000)
    assert is_fresh(auth, 2, 1_000 + FRESH_MS - 1)
    assert not is_fresh(auth, 2, 1_000 + FRESH_MS)
    assert not is_fresh(auth, 3, 1_000)
    assert not is_fresh(auth, 2, 999)


def test_a_link_is_good_until_it_is_spent_revoked_or_over() -> None:
    link = Link("l_1", LinkPurpose.INVITATION, "p_1", "", issued_at=0, expires_at=100)
    assert link.is_good(99)
    assert not link.is_good(100)
    assert not Link("l_1", LinkPurpose.INVITATION, "p_1", "", 0, 100, spent_at=5).is_good(10)
    assert not Link("l_1", LinkPurpose.INVITATION, "p_1", "", 0, 100, revoked_at=5).is_good(10)
