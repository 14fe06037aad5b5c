from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.supervising.child import Child
from limen.supervising.orders import Order
from limen.supervising.parent import Parent

TOY = Path(__file__).with_name("toy_worker.py")


class Started:
    """Starts toys, and notes of each its number, whether it was the first, and who lived meanwhile."""

    def __init__(self) -> None:
        self.all: list[Child] = []
        self.firsts: list[bool] = []
        self.how = "well"

    def __call__(self, number: int, is_first: bool) -> Child:
        assert number not in {one.number for one in self.all if one.process.poll() is None}
        order = Order(folder="harbor", worker=number, is_first=is_first, line=-1, browsers=-1)
        self.all.append(Child.start(order, (sys.executable, str(TOY), self.how)))
        self.firsts.append(is_first)
        return self.all[-1]


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    one = Started()
    yield one
    for child in one.all:
        child.kill()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 -- processes tell nobody
            await asyncio.sleep(0.01)


async def test_one_that_ends_is_started_again_and_all_end_together(started: Started) -> None:
    parent = Parent(3, started, (0.01, 0.1))
    await parent.start()
    assert started.firsts == [True, False, False]
    killed = parent.children()[1]
    os.kill(killed.pid, signal.SIGKILL)
    await until(lambda: len(parent.children()) == 3 and killed not in parent.children())
    assert (parent.restarts, [one.number for one in parent.children()]) == (1, [1, 2, 3])
    await parent.stop()
    assert [one.process.poll() is None for one in started.all] == [False] * 4


async def test_each_is_replaced_by_one_that_answers_and_writes_another_chain(started: Started) -> None:
    parent = Parent(2, started)
    await parent.start()
    before = parent.children()
    await parent.roll()
    after = parent.children()
    assert [one.number for one in before] == [1, 2]
    assert sorted(one.number for one in after) == [1, 3]
    assert [one.process.returncode for one in before] == [0, 0]
    assert parent.restarts == 0
    await parent.stop()


async def test_where_the_new_one_does_not_answer_the_old_ones_go_on(started: Started) -> None:
    parent = Parent(2, started)
    await parent.start()
    before = parent.children()
    started.how = "fails"
    with pytest.raises(LimenError):
        await parent.roll()
    assert parent.children() == before
    assert [one.process.poll() for one in before] == [None, None]
    await parent.stop()


async def test_a_first_worker_that_fails_ends_the_start(started: Started) -> None:
    started.how = "fails"
    with pytest.raises(LimenError):
        await Parent(2, started).start()
    assert len(started.all) == 1
