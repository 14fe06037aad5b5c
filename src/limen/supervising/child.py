"""One worker, as its parent sees it: started, heard of, told to leave, and ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from limen.supervising.orders import LEAVE, READY, Order

START_SECONDS: Final = 300.0
"""So long a worker may take to answer; then it hangs, too. An upgrade of a large database is a part of the first start.
"""
SILENT_SECONDS: Final = 20.0
"""A worker that was ready and says nothing for so long hangs, and is ended."""
LATE_SECONDS: Final = 1.0
"""A parent that looks so long after a worker was due had no turn itself: the worker may have had none either."""
LEAVE_SECONDS: Final = 20.0
END_SECONDS: Final = 15.0
COMMAND: Final = (sys.executable, "-P", "-m", "limen.cli.worker")

_log: Final = logging.getLogger("limen.workers")


class Child:
    """A running worker. Used on the event loop."""

    def __init__(self, number: int, process: subprocess.Popen[bytes], line: socket.socket) -> None:
        self.number = number
        self.process = process
        self.is_ready = asyncio.Event()
        self.ended = asyncio.Event()
        self._line = line
        self._has_said = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(line, self._has_said.set)
        self._starts_by = loop.time() + START_SECONDS
        self._following = asyncio.create_task(self._follow(), name=f"worker {number}")

    @classmethod
    def start(cls, order: Order, command: Sequence[str] = COMMAND) -> Child:
        """Start a worker that inherits the ports. Raises OSError."""
        ours, theirs = socket.socketpair()
        order = msgspec.structs.replace(order, line=theirs.fileno())
        ports = [each for each in (order.browsers, order.check, order.health, order.line) if each >= 0]
        environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        with theirs:
            process = subprocess.Popen(  # noqa: S603 -- ours
                [*command, msgspec.json.encode(order).decode()],
                stdin=subprocess.DEVNULL,
                pass_fds=ports,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the parent, which ends its workers in order
            )
        ours.setblocking(False)
        return cls(order.worker, process, ours)

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ready(self, seconds: float = START_SECONDS) -> bool:
        """Whether it answers within this time."""
        waiting = [asyncio.ensure_future(each.wait()) for each in (self.is_ready, self.ended)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        return self.is_ready.is_set() and not self.ended.is_set()

    async def leave(self) -> None:
        """Have it end once its connections have; another answers already."""
        with suppress(OSError):
            self._line.send(LEAVE)
        await self._until_ended(LEAVE_SECONDS)

    async def stop(self) -> None:
        """End it, in order where it can."""
        self._signal(signal.SIGTERM)
        await self._until_ended(END_SECONDS)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    # Inside

    async def _until_ended(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        if not self.ended.is_set():
            _log.error("worker %s (pid %s) did not end in time and was killed", self.number, self.pid)
            self.kill()
            await self.ended.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def _follow(self) -> None:
        """Hear what it says until its end of the line is closed, which the kernel does with its process."""
        loop = asyncio.get_running_loop()
        try:
            while said := await self._heard(loop):
                if READY in said:
                    self.is_ready.set()
        finally:
            loop.remove_reader(self._line)
            self._line.close()
            await asyncio.to_thread(self.process.wait)
            self.ended.set()

    async def _heard(self, loop: asyncio.AbstractEventLoop) -> bytes:
        """What it says next; b"" once it has ended, or was killed because it hangs.

        A parent that was stopped for a while finds the time over and words that came meanwhile: those count.
        """
        while True:
            silent_until = loop.time() + SILENT_SECONDS if self.is_ready.is_set() else self._starts_by
            with suppress(TimeoutError):
                async with asyncio.timeout_at(silent_until):
                    await self._has_said.wait()
            self._has_said.clear()
            if (said := self._read()) is not None:
                return said
            late = loop.time() - silent_until
            if 0 <= late < LATE_SECONDS:
                _log.error("worker %s (pid %s) hangs and is killed", self.number, self.pid)
                self.kill()
                return b""
            if late > 0:
                self._starts_by = loop.time() + SILENT_SECONDS

    def _read(self) -> bytes | None:
        """What waits on the line; None where nothing does."""
        try:
            return self._line.recv(64)
        except BlockingIOError:
            return None
        except OSError:
            return b""
