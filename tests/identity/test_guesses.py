"""How fast anyone may guess."""

from __future__ import annotations

import pytest

from limen.clock import HOUR
from limen.identity.guesses import PACES, Guesses

NOW = 1_800_000_000_000
PERSON = (("person", "ada"),)


def wrong_tries(guesses: Guesses, count: int, now: int, keys: tuple[tuple[str, str], ...] = PERSON) -> list[int]:
    """How long each of so many tries had to wait; each waits as long as it is told."""
    waits = []
    for _ in range(count):
        wait = guesses.admit(keys, now)
        now += wait
        if wait:
            assert guesses.admit(keys, now) == 0
        waits.append(wait)
    return waits


def test_a_few_tries_are_free_then_each_waits_twice_as_long() -> None:
    waits = wrong_tries(Guesses(), 10, NOW)
    assert waits[:6] == [0] * 6
    assert waits[6:] == pytest.approx([1_000, 2_000, 4_000, 8_000], rel=0.02)


def test_no_delay_ever_exceeds_its_cap() -> None:
    for kind, pace in PACES.items():
        guesses = Guesses()
        waits = wrong_tries(guesses, 300, NOW, ((kind, "x"),))
        assert max(waits) <= pace.cap
        assert max(waits) > 0


def test_a_try_inside_a_delay_counts_nothing() -> None:
    guesses = Guesses()
    wrong_tries(guesses, 6, NOW)
    waits = {guesses.admit(PERSON, NOW) for _ in range(1_000)}
    assert waits == {1_000}


def test_a_hundred_tries_at_once_are_a_hundred() -> None:
    guesses = Guesses()
    admitted = [guesses.admit(PERSON, NOW) == 0 for _ in range(100)]
    assert admitted.count(True) == PACES["person"].free + 1


def test_a_right_try_is_taken_back_with_the_delay_that_it_began() -> None:
    guesses = Guesses()
    for _ in range(50):
        assert guesses.admit(PERSON, NOW) == 0
        guesses.forgive(PERSON, NOW)


def test_what_was_counted_is_forgotten_by_halves() -> None:
    guesses = Guesses()
    wrong_tries(guesses, 6, NOW)
    assert wrong_tries(guesses, 3, NOW + 18 * HOUR) == [0, 0, 0]


def test_one_try_counts_under_every_key_or_under_none() -> None:
    guesses = Guesses()
    wrong_tries(guesses, 6, NOW)
    both = (("address", "192.0.2.1"), *PERSON)
    assert guesses.admit(both, NOW) == 1_000
    assert wrong_tries(guesses, 11, NOW, (("address", "192.0.2.1"),)) == [0] * 11


def test_a_clock_that_is_set_back_lengthens_no_delay_beyond_its_cap() -> None:
    guesses = Guesses()
    wrong_tries(guesses, 6, NOW)
    assert guesses.admit(PERSON, NOW - 365 * 24 * HOUR) <= PACES["person"].cap
    assert guesses.admit(PERSON, NOW - 365 * 24 * HOUR + PACES["person"].cap) == 0


def test_memory_is_bounded_and_the_oldest_is_forgotten_first() -> None:
    guesses = Guesses(limit=10)
    for number in range(100):
        guesses.admit((("address", str(number)),), NOW)
    assert [row.key for row in guesses.unsaved()].count("0") == 0
    assert len(guesses._counts["address"]) == 10
    assert "99" in guesses._counts["address"]


def test_a_restart_forgets_nothing_that_was_saved() -> None:
    before, after = Guesses(), Guesses()
    wrong_tries(before, 6, NOW)
    after.load(before.unsaved())
    assert after.admit(PERSON, NOW) == 1_000
    assert before.unsaved() == []
