from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.data.inventory.inventories import folder_store

from limen.data.inventory import watching
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.watching import Watching
from limen.facts import Label


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


async def test_a_file_that_is_written_has_its_folder_gone_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "CALM_MS", 50)
    asked: asyncio.Queue[str] = asyncio.Queue()
    stores = {"share": folder_store(tmp_path), "s3": Store("s3", StoreKind.S3, "x", Label.PUBLIC)}
    watched = Watching(lambda: stores, asked.put, sleep=no_wait)
    await watched.keep_up()
    for number in range(1_200):  # the watcher begins in a thread of its own
        await asyncio.to_thread((tmp_path / f"{number}.txt").write_text, "x")
        await asyncio.sleep(0.05)
        if not asked.empty():
            break
    assert await asyncio.wait_for(asked.get(), 60) == "share"
    await watched.close()


async def test_what_is_stated_no_more_is_watched_no_more_and_what_ended_is_watched_anew(tmp_path: Path) -> None:
    begun: list[str] = []

    async def changes(folder: Path, stop: asyncio.Event) -> AsyncIterator[object]:
        begun.append(folder.name)
        if folder.name == "broken":
            raise OSError("no more watches")
        await stop.wait()
        yield ()

    stores = {"one": folder_store(tmp_path / "one", "one"), "broken": folder_store(tmp_path / "broken", "broken")}

    async def nothing(_name: str) -> None: ...

    watched = Watching(lambda: stores, nothing, changes=changes)
    for _ in range(2):
        await watched.keep_up()
        await asyncio.sleep(0)
    assert sorted(begun) == ["broken", "broken", "one"]
    stores.clear()
    await watched.keep_up()
    assert watched._watched == {}
