"""How fast anyone may guess."""

from __future__ import annotations

import pytest
from tests.kept import number

from limen.clock import HOUR, SetClock
from limen.identity.guesses import PACES, Guesses
from limen.storage.kept_briefly import KeptBriefly

NOW = 1_800_000_000_000
PERSON = (("person", "ada"),)


class Guesser:
    """Guesses at one worker, of as many as there are `over` the same kept counts."""

    def __init__(self, over: KeptBriefly | None = None, clock: SetClock | None = None, limit: int = 20_000) -> None:
        self.clock = clock or SetClock(NOW)
        self.kept = over or KeptBriefly.in_memory(self.clock)
        self.guesses = Guesses(self.kept, limit)

    async def tries(self, count: int, keys: tuple[tuple[str, str], ...] = PERSON) -> list[int]:
        """How long each of so many wrong tries had to wait; each waits as long as it is told."""
        waits = []
        for _ in range(count):
            wait = await self.guesses.admit(keys)
            self.clock.forward(wait)
            if wait:
                assert await self.guesses.admit(keys) == 0
            waits.append(wait)
        return waits


@pytest.fixture
def guesser() -> Guesser:
    return Guesser()


async def test_a_few_tries_are_free_then_each_waits_twice_as_long(guesser: Guesser) -> None:
    waits = await guesser.tries(10)
    assert waits[:6] == [0] * 6
    assert waits[6:] == pytest.approx([1_000, 2_000, 4_000, 8_000], rel=0.02)


async def test_no_delay_ever_exceeds_its_cap() -> None:
    for kind, pace in PACES.items():
        waits = await Guesser().tries(150, ((kind, "x"),))
        assert max(waits) <= pace.cap
        assert max(waits) > 0


async def test_a_try_inside_a_delay_counts_nothing(guesser: Guesser) -> None:
    await guesser.tries(6)
    assert {await guesser.guesses.admit(PERSON) for _ in range(100)} == {1_000}


async def test_a_hundred_tries_at_once_are_a_hundred(guesser: Guesser) -> None:
    admitted = [await guesser.guesses.admit(PERSON) == 0 for _ in range(100)]
    assert admitted.count(True) == PACES["person"].free + 1


async def test_a_right_try_is_taken_back_with_the_delay_that_it_began(guesser: Guesser) -> None:
    for _ in range(50):
        assert await guesser.guesses.admit(PERSON) == 0
        await guesser.guesses.forgive(PERSON)


async def test_what_was_counted_is_forgotten_by_halves(guesser: Guesser) -> None:
    await guesser.tries(6)
    guesser.clock.forward(18 * HOUR)
    assert await guesser.tries(3) == [0, 0, 0]


async def test_one_try_counts_under_every_key_or_under_none(guesser: Guesser) -> None:
    await guesser.tries(6)
    both = (("address", "192.0.2.1"), *PERSON)
    assert await guesser.guesses.admit(both) == 1_000
    assert await guesser.tries(11, (("address", "192.0.2.1"),)) == [0] * 11


async def test_a_clock_that_is_set_back_lengthens_no_delay_beyond_its_cap(guesser: Guesser) -> None:
    await guesser.tries(6)
    guesser.clock.forward(-365 * 24 * HOUR)
    assert await guesser.guesses.admit(PERSON) <= PACES["person"].cap
    await guesser.guesses.forgive(PERSON)
    assert await guesser.guesses.admit(PERSON) == 0


async def test_what_is_kept_is_bounded_and_the_oldest_is_forgotten_first() -> None:
    guesser = Guesser(limit=10)
    for key in ("0", *map(str, range(1, 30))):
        await guesser.tries(6, (("person", key),))
    assert number(guesser.kept) == 10
    assert [await guesser.guesses.admit((("person", key),)) > 0 for key in ("0", "29")] == [False, True]


async def test_several_workers_give_no_more_guesses_than_one(guesser: Guesser) -> None:
    others = [Guesser(guesser.kept, guesser.clock) for _ in range(4)]
    admitted = [await one.guesses.admit(PERSON) == 0 for one in (guesser, *others) * 20]
    assert admitted.count(True) == PACES["person"].free + 1
