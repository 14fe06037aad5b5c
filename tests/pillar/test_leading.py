from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from limen.clock import SetClock
from limen.pillar import Every, Leader, Once, leading
from limen.storage.file_lock import FileLock


@pytest.fixture(autouse=True)
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.pillar.leading.LOOK_SECONDS", 0.01)


def leader(folder: Path, machine: str) -> Leader:
    return Leader(FileLock(folder / machine), FileLock(folder / "all"))


async def test_one_leads_its_machine_and_one_all_and_the_next_takes_over(tmp_path: Path) -> None:
    first, beside, elsewhere = leader(tmp_path, "a"), leader(tmp_path, "a"), leader(tmp_path, "b")
    for one in (first, beside, elsewhere):
        one.look()
        await one.start()
    assert [[one.leads(once) for once in Once] for one in (first, beside, elsewhere)] == [
        [True, True, True],
        [True, False, False],
        [True, True, False],
    ]
    waiting = asyncio.create_task(beside.led(Once.PER_MACHINE))
    await first.close()
    async with asyncio.timeout(5):
        await waiting
        taking_over = [asyncio.create_task(one.led(Once.IN_ALL)) for one in (beside, elsewhere)]
        await asyncio.wait(taking_over, return_when=asyncio.FIRST_COMPLETED)
    assert not any(first.leads(once) for once in Once)
    assert sum(leading.leading(Once.IN_ALL, one)() for one in (beside, elsewhere)) == 1
    for task in taking_over:
        task.cancel()
    for one in (beside, elsewhere):
        await one.close()


async def test_who_was_stopped_leads_nothing_over_all_machines_before_it_has_looked(tmp_path: Path) -> None:
    """Meanwhile its connection may have ended, and another leads."""
    clock = SetClock(1_800_000_000_000)
    one = Leader(FileLock(tmp_path / "a"), FileLock(tmp_path / "all"), clock)
    one.look()
    clock.forward(5_001)
    assert [one.leads(once) for once in Once] == [True, True, False]
    waiting = asyncio.create_task(one.led(Once.IN_ALL))
    await asyncio.sleep(0)
    assert not waiting.done()
    await one.start()
    async with asyncio.timeout(5):
        await waiting
    await one.close()


async def test_who_is_alone_leads(tmp_path: Path) -> None:
    alone = Leader()
    await alone.start()
    await alone.led(Once.IN_ALL)
    assert all(alone.leads(once) for once in Once)
    await alone.close()


async def test_periodic_work_says_of_how_many_workers_it_is() -> None:
    async def work() -> None: ...

    with pytest.raises(TypeError):
        Every("look somewhere", 1.0, work)  # type: ignore[call-arg]
    assert Every("look somewhere", 1.0, work, Once.IN_ALL).once is Once.IN_ALL
