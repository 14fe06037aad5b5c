"""Who reads what comes: this process by itself, and, while there is much, processes below it, each on a core.

A small company never needs one. They are started when reading takes most of the time, and end when it does not. What
one of them was reading when it died is read here: nothing is lost by it. Who writes goes by the order in which batches
were handed out, not by who was done first.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Protocol

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.batch import ReadBatch, read_batch
from limen.monitor.process.reader_link import ReaderLink, Told, ToRead

COMMAND: Final = (sys.executable, "-P", "-m", "limen.monitor.process.reader")
MOST: Final = 4
WORTH_BYTES: Final = 128 << 10
"""Less is read here: the way there and back would take longer."""
ENOUGH: Final = 2
"""Batches that a reader has: the one that it reads, and its next. Where all have them, this process reads, too."""
LOOK_SECONDS: Final = 1.0
BUSY: Final = 0.6
"""Of the time between two looks: where reading takes more of it, one more may help."""
IDLE_SECONDS: Final = 30.0
"""One that has had nothing to read for so long ends."""
PATIENCE_SECONDS: Final = 60.0
"""So long a reader may be silent; then it counts as dead."""
END_SECONDS: Final = 5.0

_log: Final = logging.getLogger("limen.monitor")


class Understands(Protocol):
    """What frames mean, and what a reader must be told to see them alike (`understanding.Understanding`)."""

    def events(self, frame: Frame) -> Iterable[NormalEvent]: ...

    def news(self, heard: dict[str, int]) -> Iterator[tuple[str, bytes]]: ...


def most_readers() -> int:
    """How many there may be on this machine: all cores but the one that writes."""
    return max(1, min(MOST, len(os.sched_getaffinity(0)) - 1))


class Readers:
    """`most`: how many there may be; 0 for none. `readers` are there now. Used on the event loop."""

    def __init__(
        self,
        understands: Understands,
        most: int | None = None,
        command: Sequence[str] = COMMAND,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._understands = understands
        self._most = most_readers() if most is None else most
        self._command = command
        self._seconds = seconds
        self.readers: list[Reader] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="limen-read")
        self._waiting_here = 0
        self._busy_seconds = 0.0
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._most:
            self._looking = asyncio.create_task(self._look(), name="look whether readers are needed")

    @property
    def pids(self) -> list[int]:
        """Of those that run."""
        return [one.pid for one in self.readers if one.is_alive]

    @property
    def at_once(self) -> int:
        """How many batches may be on their way: one is written while others are read, and each reader has its next."""
        return ENOUGH * len(self.readers) + 2

    async def read(self, frames: Sequence[Frame]) -> ReadBatch:
        """What these come to."""
        loop, began = asyncio.get_running_loop(), self._seconds()
        reader = self._free() if sum(len(one.data) for one in frames) >= WORTH_BYTES else None
        if reader is None:
            self._waiting_here += 1
            try:
                found = await loop.run_in_executor(self._thread, read_batch, self._understands.events, frames)
            finally:
                self._waiting_here -= 1
            self._busy_seconds += self._seconds() - began
            return found
        reader.waiting += 1
        try:
            found, seconds = await loop.run_in_executor(reader.thread, self._by, reader, frames)
        finally:
            reader.waiting -= 1
            reader.used_at = self._seconds()
        self._busy_seconds += seconds
        return found

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await asyncio.gather(*(asyncio.to_thread(one.end) for one in self.readers))
        self.readers.clear()
        self._thread.shutdown()

    # Inside

    def _free(self) -> Reader | None:
        """The one that has least to read; None where there is none, or all have enough and nothing is read here."""
        least = min((one for one in self.readers if one.is_alive), key=lambda one: one.waiting, default=None)
        return None if least is not None and least.waiting >= ENOUGH and not self._waiting_here else least

    def _by(self, reader: Reader, frames: Sequence[Frame]) -> tuple[ReadBatch, float]:
        """In the reader's thread: what it makes of these, and how long it took. Whatever it fails at is done here."""
        began = self._seconds()
        try:
            found = reader.read(frames)
        except OSError as error:
            if reader.is_alive:
                _log.error("a process that reads has ended, and what it was reading is read again: %s", error)
            reader.is_alive = False
            found = read_batch(self._understands.events, frames)
        return found, self._seconds() - began

    async def _look(self) -> None:
        """Start one more where reading takes most of the time, and end those that have nothing to read."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            busy, self._busy_seconds = self._busy_seconds, 0.0
            now = self._seconds()
            over = [one for one in self.readers if not one.waiting and _is_over(one, now)]
            self.readers = [one for one in self.readers if one not in over]
            for one in over:
                await asyncio.to_thread(one.end)
            if busy > BUSY * LOOK_SECONDS * max(1, len(self.readers)) and len(self.readers) < self._most:
                await self._begin()

    async def _begin(self) -> None:
        try:
            reader = await asyncio.to_thread(Reader, self._understands, self._command, self._seconds)
        except OSError as error:
            _log.error("no process that reads could be started: %s", error)
        else:
            self.readers.append(reader)


def _is_over(reader: Reader, now: float) -> bool:
    return not reader.is_alive or now - reader.used_at > IDLE_SECONDS


class Reader:
    """One process, and the thread that waits for it. Made in a thread; raises OSError where it can't be."""

    def __init__(self, understands: Understands, command: Sequence[str], seconds: Callable[[], float]) -> None:
        self.is_alive = True
        self.waiting = 0
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="limen-reader")
        self._understands = understands
        self._heard: dict[str, int] = {}
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL)  # noqa: S603 -- ours
        self._link = ReaderLink(ours)
        self.patience(PATIENCE_SECONDS)
        try:
            self.read([])
        except OSError:
            self.end()
            raise
        self.used_at = seconds()

    @property
    def pid(self) -> int:
        return self._process.pid

    def patience(self, seconds: float) -> None:
        """Wait so long for it at the most, whenever it is to take or to say something."""
        self._link.patience(seconds)

    def read(self, frames: Sequence[Frame]) -> ReadBatch:
        """What it makes of these, knowing what is known here. Raises OSError where it is gone, or fails."""
        if not self.is_alive:
            raise ConnectionError("it has ended")
        for kind, value in self._understands.news(self._heard):
            self._link.send(Told(kind, value))
        self._link.send(ToRead(list(frames)))
        return self._link.answer()

    def end(self) -> None:
        """It ends by itself when its link does. What its thread still has to do is done before."""
        self.is_alive = False
        self.thread.shutdown()
        self._link.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
