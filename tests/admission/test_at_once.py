"""So many of each owner at once, and nobody waits for somebody else's."""

from __future__ import annotations

import asyncio

import pytest

from limen.admission.at_once import AtOnce


async def test_each_owner_waits_for_their_own_alone_and_is_forgotten() -> None:
    at_once, goes_on, most = AtOnce(2), asyncio.Event(), 0
    running: list[str] = []

    async def work(owner: str) -> None:
        nonlocal most
        async with at_once.turn(owner):
            running.append(owner)
            most = max(most, running.count("ann"))
            await goes_on.wait()
            running.remove(owner)

    tasks = [asyncio.create_task(work(owner)) for owner in ("ann",) * 5 + ("bo",)]
    await asyncio.sleep(0.01)
    assert sorted(running) == ["ann", "ann", "bo"]
    goes_on.set()
    await asyncio.gather(*tasks)
    assert (most, len(at_once)) == (2, 0)


async def test_who_gives_up_waiting_and_whose_work_fails_hold_nothing() -> None:
    at_once = AtOnce(1)
    await at_once.take("ann")
    waiting = asyncio.create_task(at_once.take("ann"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    at_once.leave("ann")
    with pytest.raises(ZeroDivisionError):
        async with at_once.turn("ann"):
            _ = 1 // 0
    assert len(at_once) == 0
