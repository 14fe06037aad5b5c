"""The parameters are OWASP's, and what is no hash is nobody's."""

from __future__ import annotations

from limen.identity.argon2id import NO, YES, hashed_or_verified


def test_a_hash_says_its_parameters_and_holds_for_its_password_only() -> None:
    stored = hashed_or_verified("", "tidal marble lantern fox")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashed_or_verified(stored, "tidal marble lantern fox") == YES
    assert hashed_or_verified(stored, "tidal marble lantern fax") == NO
    assert stored != hashed_or_verified("", "tidal marble lantern fox")


def test_what_is_no_hash_is_no_and_no_error() -> None:
    assert hashed_or_verified("not a hash", "x") == NO
