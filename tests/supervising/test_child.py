from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.supervising import child as module
from limen.supervising.child import Child
from limen.supervising.orders import Order

TOY = Path(__file__).with_name("toy_worker.py")
ORDER = Order(folder="harbor", worker=3, is_first=False, line=-1, browsers=-1)


def started(how: str) -> Child:
    return Child.start(ORDER, (sys.executable, str(TOY), how))


async def test_it_is_ready_when_it_says_so_and_leaves_when_told() -> None:
    one = started("well")
    assert await one.ready()
    assert (one.number, one.process.poll()) == (3, None)
    await one.leave()
    assert one.process.returncode == 0
    await one.stop()


async def test_one_that_ends_or_is_slow_is_not_ready() -> None:
    failed, slow = started("fails"), started("slow")
    assert not await failed.ready()
    assert not await slow.ready(0.1)
    await slow.stop()
    assert (failed.process.returncode, slow.process.returncode) == (1, -15)


async def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "END_SECONDS", 0.1)
    monkeypatch.setattr(module, "LEAVE_SECONDS", 0.1)
    leaving, stopping = started("stubborn"), started("stubborn")
    assert await leaving.ready()
    assert await stopping.ready()
    await leaving.leave()
    await stopping.stop()
    assert (leaving.process.returncode, stopping.process.returncode) == (-9, -9)


async def test_one_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.2)
    one = started("hangs")
    await one.ended.wait()
    assert one.process.returncode == -9


async def test_one_that_hangs_while_it_starts_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 0.2)
    one = started("slow")
    await one.ended.wait()
    assert one.process.returncode == -9


@pytest.fixture
async def pass_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Call it with seconds: the parent gets its next turn so much later."""
    loop, ahead = asyncio.get_running_loop(), [0.0]
    now = loop.time

    def later(seconds: float) -> None:
        ahead[0] += seconds

    monkeypatch.setattr(loop, "time", lambda: now() + ahead[0])
    return later


def have_no_turn() -> None:
    time.sleep(0.2)


async def test_what_a_worker_said_while_its_parent_had_no_turn_counts(pass_on: Callable[[float], None]) -> None:
    one = started("well")
    assert await one.ready()
    for seconds in (module.SILENT_SECONDS + 0.1, 600.0):
        have_no_turn()  # while it goes on saying that it lives
        pass_on(seconds)
        await asyncio.sleep(0.05)
        assert one.process.poll() is None
    await one.stop()
    assert one.process.returncode == -15


async def test_after_a_pause_a_silent_worker_has_its_time_anew(pass_on: Callable[[float], None]) -> None:
    one = started("hangs")
    assert await one.ready()
    pass_on(600.0)
    await asyncio.sleep(0.05)
    assert one.process.poll() is None
    while not one.ended.is_set():
        pass_on(0.5)
        await asyncio.sleep(0.01)
    assert one.process.returncode == -9
