"""Who reads: this process, and, while there is much, others below it. Real ones."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.monitor.normal_form.frames import frame
from tests.waiting import until

from limen.monitor.normal_form.identities import Identities
from limen.monitor.normal_form.reading import events_in
from limen.monitor.process import readers as module
from limen.monitor.process.batch import read_batch
from limen.monitor.process.readers import Reader, Readers, most_readers
from limen.monitor.understanding import NAMES, Understanding

MANY = [frame("json", b"\n".join(b'{"user": "jane", "n": %d}' % n for n in range(at, at + 500))) for at in range(20)]
FEW = [frame("json", b'{"user": "jane"}')]


def understanding() -> Understanding:
    made = Understanding(events_in)
    made.take(NAMES, msgspec.msgpack.encode(Identities.of([("p_jane", ["jane"])])))
    return made


def is_there(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
async def readers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Readers]:
    """Two that are running, which were wanted."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "BUSY", 0.0)
    made = Readers(understanding(), most=2)
    made.start()
    while len(made.pids) < 2:
        await made.read(MANY)
    monkeypatch.setattr(module, "BUSY", 1_000.0)
    yield made
    await made.close()


async def test_they_read_what_would_be_read_here_and_know_what_is_known_here(readers: Readers) -> None:
    here = read_batch(understanding().events, MANY)
    assert [one.waiting for one in readers.readers] == [0, 0]
    found = await asyncio.gather(*(readers.read(MANY) for _ in range(6)))
    assert found == [here] * 6
    assert b'"person_id":"p_jane"' in here.lines[0]
    assert readers.at_once == 6


async def test_one_that_is_killed_while_it_reads_loses_nothing(readers: Readers) -> None:
    here = read_batch(understanding().events, MANY)
    reading = [asyncio.create_task(readers.read(MANY)) for _ in range(8)]
    await asyncio.sleep(0.02)
    for pid in readers.pids:
        os.kill(pid, signal.SIGKILL)
    assert await asyncio.gather(*reading) == [here] * 8
    await until(lambda: not readers.readers)
    assert await readers.read(MANY) == here


async def test_one_that_is_stopped_counts_as_dead_after_a_while(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in readers.readers:
        one.patience(0.3)
        os.kill(one.pid, signal.SIGSTOP)
    monkeypatch.setattr(module, "END_SECONDS", 0.1)
    assert await readers.read(MANY) == read_batch(understanding().events, MANY)
    await until(lambda: len(readers.readers) < 2)


async def test_they_end_when_there_is_little_to_read(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = readers.pids
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.2)

    async def trickle() -> None:
        while True:
            await readers.read(FEW)
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    await until(lambda: not readers.readers)
    trickling.cancel()
    await until(lambda: not any(map(is_there, pids)))
    assert readers.at_once == 2


async def test_none_is_started_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    made = Readers(understanding(), most=2)
    made.start()
    for _ in range(20):
        await made.read(FEW)
        await asyncio.sleep(0.02)
    assert not made.readers
    await made.close()


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", "print('no reader')"]])
async def test_what_can_not_be_started_leaves_the_reading_here(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "BUSY", 0.0)
    made = Readers(understanding(), most=1, command=command)
    made.start()
    here = read_batch(understanding().events, MANY)
    began = time.monotonic()
    while time.monotonic() - began < 0.5:
        assert await made.read(MANY) == here
    assert not made.readers
    await made.close()


def test_a_reader_ends_with_the_process_that_started_it() -> None:
    code = (
        "import time; from limen.monitor.process import readers as r; from limen.monitor.understanding import *;"
        "one = r.Reader(Understanding(lambda frame: []), r.COMMAND, time.monotonic); print(one.pid, flush=True);"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert is_there(pid)
        process.kill()
    until_gone = time.monotonic() + 30
    while is_there(pid) and time.monotonic() < until_gone:
        time.sleep(0.02)
    assert not is_there(pid)


def test_it_is_told_only_what_has_changed() -> None:
    class Watched(Understanding):
        asked = 0

        def news(self, heard):  # type: ignore[no-untyped-def]
            found = list(super().news(heard))
            self.asked += len(found)
            return iter(found)

    made = Watched(events_in)
    one = Reader(made, module.COMMAND, time.monotonic)
    made.take(NAMES, msgspec.msgpack.encode(Identities.of([("p_jane", ["jane"])])))
    for _ in range(3):
        assert b"p_jane" in one.read(FEW).lines[0]
    assert made.asked == 1
    one.end()
    with pytest.raises(ConnectionError):
        one.read(FEW)


def test_there_are_as_many_as_cores_but_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, readers in ((1, 1), (2, 1), (4, 3), (64, module.MOST)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, cores=cores: set(range(cores)))
        assert most_readers() == readers
