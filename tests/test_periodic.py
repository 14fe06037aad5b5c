from __future__ import annotations

import asyncio
import logging

import pytest

from limen import periodic
from limen.pillar import Every, Leader, Once


async def test_it_works_again_and_again_and_what_it_raises_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    turns: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def work() -> None:
        nonlocal count
        count += 1
        turns.put_nowait(count)
        if count == 1:
            raise OSError("nothing there")

    with caplog.at_level(logging.ERROR):
        task = periodic.start(Every("look somewhere", 0.001, work, Once.PER_WORKER), Leader())
        async with asyncio.timeout(5):
            assert [await turns.get() for _ in range(3)] == [1, 2, 3]
        await periodic.stop(task)
    assert task.cancelled()
    assert [record.args for record in caplog.records] == [("look somewhere", 0.001)]


async def test_a_stopped_task_does_no_more() -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    task = periodic.start(Every("never", 3_600, work, Once.PER_WORKER), Leader())
    await periodic.stop(task)
    assert not done.is_set()
