"""Secrets are random, and only their hash is kept."""

from __future__ import annotations

from limen.opaque import hash_of, new_id, new_token


def test_they_are_long_and_never_the_same() -> None:
    assert len({new_token() for _ in range(100)} | {new_id("g") for _ in range(100)}) == 200
    assert (len(new_token()), new_id("g")[:2]) == (43, "g_")


def test_a_hash_is_of_every_text() -> None:
    assert hash_of("a") != hash_of("b")
    assert len(hash_of("\ud800")) == 32
