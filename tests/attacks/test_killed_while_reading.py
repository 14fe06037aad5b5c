"""Processes that read are killed, and so is the process that watches above them, while logs come faster than one core
reads them: what was acknowledged is kept, once and in its sender's order, and no process stays behind.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

from tests.dial import size
from tests.monitor.watched import Watching, source, watching
from tests.waiting import until

from limen.clock import SystemClock
from limen.monitor.normal_form.frame import Frame
from limen.monitor.supervision import NotTakenError

SENDERS = 6
RECORDS = 1_000
PADDING = "x" * 200


def readers_of(pid: int) -> list[int]:
    """The processes that read for this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_child = int(path.joinpath("stat").read_text().rpartition(")")[2].split()[1]) == pid
            if is_child and b"limen.monitor.process.reader" in path.joinpath("cmdline").read_bytes():
                found.append(int(path.name))
    return found


async def test_nothing_acknowledged_is_lost_when_readers_are_killed(tmp_path: Path) -> None:
    acknowledged: list[list[int]] = [[] for _ in range(SENDERS)]
    async with watching(tmp_path, *(source(f"app{number}", "http", "json") for number in range(SENDERS))) as watched:
        senders = [asyncio.create_task(_send(watched, one, acknowledged[one])) for one in range(SENDERS)]
        seen: set[int] = set()
        for kills in range(size(6, 2)):
            await until(lambda: readers_of(watched.supervision.pid), 90)
            seen.update(readers := readers_of(watched.supervision.pid))
            await asyncio.sleep(random.uniform(0, 0.3))
            if kills % 2:
                await watched.kill()
            else:
                os.kill(random.choice(readers), signal.SIGKILL)
            before = sum(map(len, acknowledged))
            await until(lambda before=before: sum(map(len, acknowledged)) > before + SENDERS, 90)  # type: ignore[misc]
        for one in senders:
            one.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        seen.update(readers_of(watched.supervision.pid))
        kept: dict[str, dict[int, int]] = {}
        for number, event in enumerate(watched.stored()):
            kept.setdefault(event["source"], {}).setdefault(event["fields"]["n"], number)
    for one in range(SENDERS):
        places = kept[f"app{one}"]
        numbers = [number * RECORDS + each for number in acknowledged[one] for each in range(RECORDS)]
        assert set(numbers) <= places.keys()
        assert numbers == sorted(numbers, key=places.__getitem__)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in seen))


async def _send(watched: Watching, sender: int, acknowledged: list[int]) -> None:
    number = 0
    while True:
        each = range(number * RECORDS, (number + 1) * RECORDS)
        data = b"\n".join(b'{"n": %d, "user": "jane", "what": "%s"}' % (n, PADDING.encode()) for n in each)
        frame = Frame(source=f"app{sender}", kind="json", received_at=SystemClock().now(), data=data)
        try:
            await watched.supervision.deliver([frame])
            acknowledged.append(number)
            number += 1
        except NotTakenError:
            await asyncio.sleep(0.05)
