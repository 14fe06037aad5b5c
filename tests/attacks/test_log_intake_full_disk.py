"""A disk without room: who sends is told, what has no answers is kept back, and it goes on by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.monitor.watched import source, watching
from tests.storage.small_disk import small_disk
from tests.waiting import until

from limen.clock import SystemClock
from limen.monitor.normal_form.frame import Frame
from limen.pillar import NotTakenError

LINE = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for ida from 192.0.2.7 port %d ssh2\n"


def frame(number: int) -> Frame:
    data = b'{"id": "n%d", "number": %d}' % (number, number)
    return Frame(source="app", kind="json", received_at=SystemClock().now(), data=data)


async def test_nothing_is_dropped_in_silence_while_the_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path, 64, "a full disk under logs") as disk:
        async with watching(disk, source("app", "http", "json"), source("switch", "tcp")) as watched:
            await watched.supervision.deliver([frame(1)])
            filler = disk / "filler"
            fill(filler, 60 << 20)
            with pytest.raises(NotTakenError):
                await watched.supervision.deliver([frame(2)])
            _, writer = await asyncio.open_connection("127.0.0.1", watched.ports("tcp"))
            for number in range(100):
                writer.write(LINE % number)
            await writer.drain()
            await until(lambda: watched.supervision.health and watched.supervision.health.wrong)
            assert len(watched.stored()) == 1
            filler.unlink()
            events = await watched.until_stored(101)
            assert len(events) == 101
            await watched.supervision.deliver([frame(3)])
            await until(lambda: watched.supervision.health and not watched.supervision.health.wrong)
            writer.close()
    assert {one["fields"].get("number") for one in events if one["source"] == "app"} == {1}


def fill(path: Path, size: int) -> None:
    """As far as there is room."""
    with path.open("wb") as file:
        try:
            while file.tell() < size:
                file.write(b"\0" * (1 << 20))
                file.flush()
        except OSError:
            return
