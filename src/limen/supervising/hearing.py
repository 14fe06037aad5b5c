"""What a worker hears of its parent: in a thread of its own, so also while its event loop does not run."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from limen.supervising.orders import LEAVE

ORPHAN_SECONDS: Final = 10.0
"""How long a worker whose parent has ended may take to end in order."""


def _nothing() -> None: ...


class Hearing:
    """Begin it first: a worker that starts holds the ports and answers on none of them yet. If its parent ends then, so
    does it, at once: browsers and balancers that the kernel connects would wait for nobody.

    Once it `answers`, it is told to `leave`, and to end in order when its parent has ended.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: Callable[[], object] = _nothing
        self._is_to_leave = False
        self._thread = threading.Thread(target=self._hear, name="limen-parent", daemon=True)
        self._thread.start()

    def answers(self, leave: Callable[[], object]) -> None:
        """From now on it answers. Called on its event loop, as `leave` will be."""
        self._leave, self._loop = leave, asyncio.get_running_loop()
        if self._is_to_leave:  # it was told while it started
            leave()

    # Inside

    def _hear(self) -> None:
        while said := self._heard():
            if LEAVE in said:
                self._is_to_leave = True
                self._on_loop(self._leave)
        if self._loop is None:
            os._exit(1)
        self._on_loop(lambda: signal.raise_signal(signal.SIGINT))
        time.sleep(ORPHAN_SECONDS)
        os._exit(1)

    def _heard(self) -> bytes:
        try:
            return self._line.recv(64)
        except OSError:
            return b""

    def _on_loop(self, work: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)
