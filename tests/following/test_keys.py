"""Which key signs, when the next is made, and when one is over."""

from __future__ import annotations

from limen.clock import DAY, from_iso
from limen.following.keys import AHEAD, KEPT, LIVES, SigningKey, is_next_due, new_secret, outlived, signing

NOW = from_iso("2026-11-27T09:00:00Z")


def _key(name: str, made_at: int) -> SigningKey:
    return SigningKey(name, made_at, new_secret())


def test_a_key_signs_when_it_is_known_long_enough() -> None:
    old, new = _key("old", NOW - LIVES), _key("new", NOW)
    assert signing([new, old], NOW) is old
    assert signing([new, old], NOW + AHEAD) is new
    assert signing([new], NOW) is new  # the first day


def test_the_next_key_is_made_before_it_has_to_sign() -> None:
    assert is_next_due([], NOW)
    assert not is_next_due([_key("one", NOW)], NOW + LIVES - AHEAD - 1)
    assert is_next_due([_key("one", NOW)], NOW + LIVES - AHEAD)


def test_a_key_is_over_when_its_successor_has_signed_for_long() -> None:
    old, new = _key("old", NOW - DAY), _key("new", NOW)
    assert outlived([new, old], NOW + AHEAD + KEPT - 1) == []
    assert outlived([new, old], NOW + AHEAD + KEPT) == [old]


def test_a_key_says_its_public_half_alone() -> None:
    key = _key("one", NOW)
    assert key.line.startswith("ssh-ed25519 ")
    assert repr(key.secret) not in repr(key)
