"""The parent's own part; that its workers serve is tried in tests/supervising."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from limen.cli import several_workers
from limen.cli.several_workers import Rolling
from limen.company.load import load_settings
from limen.company.places import journal_folder, workers_folder
from limen.demo.harbor import copy_to
from limen.errors import LimenError
from limen.storage.file_lock import FileLock
from limen.storage.lock_holders import PARENT_LOCK
from limen.storage.segments.lock import lock_chain


async def test_there_is_one_parent_and_it_waits_for_what_another_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    settings = load_settings(tmp_path)
    own, other = (FileLock(workers_folder(tmp_path, settings) / PARENT_LOCK) for _ in range(2))
    chain = journal_folder(tmp_path, settings) / "main-2"
    chain.mkdir(parents=True)
    left = lock_chain(chain)
    waiting = asyncio.create_task(several_workers._alone(own, tmp_path, settings))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    left.close()
    await asyncio.wait_for(waiting, 5)
    with pytest.raises(LimenError):
        await several_workers._alone(other, tmp_path, settings)
    own.close()
    left = lock_chain(chain)
    monkeypatch.setattr(several_workers, "WAIT_SECONDS", 0.1)
    with pytest.raises(LimenError):
        await several_workers._alone(other, tmp_path, settings)
    left.close()


async def test_workers_are_replaced_once_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    class Parent:
        rolls = 0

        async def roll(self) -> None:
            self.rolls += 1
            await asyncio.sleep(0.05)
            if self.rolls == 2:
                raise LimenError("it can't", "look")

    parent = Parent()
    rolling = Rolling(parent)  # type: ignore[arg-type]
    for _ in range(2):
        rolling.begin()
        rolling.begin()
        assert rolling._task is not None
        await rolling._task
    assert parent.rolls == 2
    assert capsys.readouterr().out.count("\n") == 1
    rolling.close()
