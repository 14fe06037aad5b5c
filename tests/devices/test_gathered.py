"""Many done at once: after a moment, at once where something hurries, in their order, and one that fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from limen.devices.gathered import Gathered
from limen.storage.errors import StorageError


class Work:
    """Doubles numbers, and remembers which came together; odd ones can't be done."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []
        self.may = asyncio.Event()
        self.may.set()

    async def do(self, numbers: Sequence[int]) -> list[int]:
        self.done.append([*numbers])
        await self.may.wait()
        if 99 in numbers:
            raise StorageError("away", "wait")
        if any(number % 2 for number in numbers):
            raise ValueError("odd")
        return [number * 2 for number in numbers]


@pytest.fixture
def work() -> Work:
    return Work()


async def test_what_can_wait_is_done_together_after_a_moment(work: Work) -> None:
    gathered = Gathered(work.do, 0.05, 10)
    assert await asyncio.gather(*[gathered.ask(number, hurries=False) for number in (2, 4, 6)]) == [4, 8, 12]
    assert work.done == [[2, 4, 6]]


async def test_what_hurries_takes_along_who_waits_and_enough_wait_for_nothing(work: Work) -> None:
    gathered = Gathered(work.do, 60, 3)
    first = asyncio.create_task(gathered.ask(2, hurries=False))
    await asyncio.sleep(0)
    assert (await gathered.ask(4, hurries=True), await first) == (8, 4)
    await asyncio.gather(*[gathered.ask(number, hurries=False) for number in (2, 4, 6)])
    assert work.done == [[2, 4], [2, 4, 6]]


async def test_nothing_overtakes_what_came_before_it(work: Work) -> None:
    gathered = Gathered(work.do, 60, 3)
    work.may.clear()
    asked = [asyncio.create_task(gathered.ask(number, hurries=True)) for number in (2,)]
    await asyncio.sleep(0.01)
    asked += [asyncio.create_task(gathered.ask(number, hurries=number == 10)) for number in (4, 6, 8, 10)]
    await asyncio.sleep(0.01)
    assert work.done == [[2]]
    work.may.set()
    assert await asyncio.gather(*asked) == [4, 8, 12, 16, 20]
    assert work.done == [[2], [4, 6, 8], [10]]


async def test_who_came_while_others_were_done_waits_their_own_moment(work: Work) -> None:
    gathered = Gathered(work.do, 0.05, 10)
    work.may.clear()
    first = asyncio.create_task(gathered.ask(2, hurries=True))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(gathered.ask(number, hurries=False)) for number in (4, 6)]
    await asyncio.sleep(0.01)
    work.may.set()
    assert await asyncio.gather(first, *later) == [4, 8, 12]
    assert work.done == [[2], [4, 6]]


async def test_one_that_fails_fails_alone_unless_nothing_can_be_kept(work: Work) -> None:
    gathered = Gathered(work.do, 0.01, 10)
    came = await asyncio.gather(*[gathered.ask(number, hurries=False) for number in (2, 3, 4)], return_exceptions=True)
    assert [one if isinstance(one, int) else type(one) for one in came] == [4, ValueError, 8]
    came = await asyncio.gather(*[gathered.ask(number, hurries=False) for number in (2, 99)], return_exceptions=True)
    assert [type(one) for one in came] == [StorageError] * 2
    assert work.done[-1] == [2, 99]


async def test_who_has_gone_keeps_nobody_from_an_answer(work: Work) -> None:
    gathered = Gathered(work.do, 60, 10)
    gone = asyncio.create_task(gathered.ask(2, hurries=False))
    await asyncio.sleep(0)
    gone.cancel()
    assert await gathered.ask(4, hurries=True) == 8


async def test_whoever_waits_is_answered_at_the_end(work: Work) -> None:
    gathered = Gathered(work.do, 60, 10)
    waiting = asyncio.create_task(gathered.ask(2, hurries=False))
    await asyncio.sleep(0)
    gathered.now()
    assert await waiting == 4
