"""Challenges that are recognised without having been kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.challenges import CHALLENGE_MS, Binding, Challenges

NOW = 1_800_000_000_000
HERE = Binding("get", b"b" * 32, "s_1")
OURS = Challenges(b"k" * 32)


def test_a_challenge_is_good_for_five_minutes() -> None:
    challenge = OURS.issue(HERE, NOW)
    assert OURS.ends_at(challenge, HERE, NOW) == NOW + CHALLENGE_MS
    assert OURS.ends_at(challenge, HERE, NOW + CHALLENGE_MS - 1) is not None
    assert OURS.ends_at(challenge, HERE, NOW + CHALLENGE_MS) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, purpose="create"),
        replace(HERE, browser_hash=b"c" * 32),
        replace(HERE, subject="s_2"),
        Binding("ge", b"t" + b"b" * 31, "s_1"),
    ],
)
def test_a_challenge_is_good_for_one_thing_in_one_browser_only(elsewhere: Binding) -> None:
    assert OURS.ends_at(OURS.issue(HERE, NOW), elsewhere, NOW) is None


def test_no_two_bindings_read_the_same() -> None:
    assert Binding("ab", b"c").encode() != Binding("a", b"bc").encode()


def test_one_changed_bit_anywhere_is_noticed() -> None:
    challenge = OURS.issue(HERE, NOW)
    for place in range(len(challenge)):
        forged = challenge[:place] + bytes([challenge[place] ^ 1]) + challenge[place + 1 :]
        assert OURS.ends_at(forged, HERE, NOW) is None


@pytest.mark.parametrize("challenge", [b"", b"short", bytes(56), bytes(57), bytes(10_000)])
def test_what_is_not_ours_is_not_recognised(challenge: bytes) -> None:
    assert OURS.ends_at(challenge, HERE, 0) is None


def test_another_key_is_another_limen() -> None:
    assert Challenges(b"x" * 32).ends_at(OURS.issue(HERE, NOW), HERE, NOW) is None


def test_two_challenges_differ() -> None:
    assert OURS.issue(HERE, NOW) != OURS.issue(HERE, NOW)


def test_a_ticket_brings_back_what_was_sealed_and_shows_nothing() -> None:
    ticket = OURS.seal(HERE, {"seed": "ABCDEFGH"}, NOW)
    assert "ABCDEFGH" not in ticket
    assert OURS.unseal(ticket, HERE, NOW)["seed"] == "ABCDEFGH"


@pytest.mark.parametrize("ticket", ["", "x", "é", "A" * 60, "A" * 5_000])
def test_a_ticket_that_is_not_ours_opens_nothing(ticket: str) -> None:
    assert OURS.unseal(ticket, HERE, NOW) is None


def test_a_ticket_is_bound_and_ends() -> None:
    ticket = OURS.seal(HERE, {"seed": "S"}, NOW)
    assert OURS.unseal(ticket, replace(HERE, browser_hash=b"c" * 32), NOW) is None
    assert OURS.unseal(ticket, HERE, NOW + 15 * 60_000) is None
    assert OURS.unseal(ticket[:-4] + "AAAA", HERE, NOW) is None
