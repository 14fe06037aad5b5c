"""The parent of several workers: starts them, starts again whichever ends, and replaces them one by one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from limen.errors import LimenError
from limen.supervising.child import START_SECONDS, Child

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 30.0
"""After running so long, the next pause is the first again."""

_log: Final = logging.getLogger("limen.workers")


class Parent:
    """`count` workers. `start` starts the one of a number; a number is used again only once its last worker has ended,
    because each writes the journal's chain of its number. `pauses_seconds` (the first and the longest) lie between an
    end and the next start.
    """

    def __init__(
        self,
        count: int,
        start: Callable[[int, bool], Child],
        pauses_seconds: tuple[float, float] | None = None,
    ) -> None:
        self._count = count
        self._start = start
        self._first_pause, self._longest_pause = pauses_seconds or (FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._alive: dict[int, Child] = {}
        self._places: list[Child | None] = [None] * count
        self._keeping: list[asyncio.Task[None]] = []
        self._forgetting: set[asyncio.Task[None]] = set()
        self._rolling = asyncio.Lock()
        self._changing = [asyncio.Lock() for _ in range(count)]
        self._is_stopping = False
        self.restarts = 0

    async def start(self) -> None:
        """Return once all answer. The first alone brings the database over and publishes; the others follow.

        Raises LimenError where the first can't start: it has said why.
        """
        first = self._begin(is_first=True)
        self._places[0] = first
        if not await first.ready(START_SECONDS):
            await self.stop()
            raise LimenError("Limen's first worker could not start", "see what it says above")
        self._places[1:] = [self._begin() for _ in range(1, self._count)]
        await asyncio.gather(*[child.ready() for child in self._places if child is not None])
        self._keeping = [
            asyncio.create_task(self._keep(place), name=f"keep worker {place + 1}") for place in range(self._count)
        ]

    def children(self) -> list[Child]:
        """Those that are to answer now."""
        return [child for child in self._places if child is not None]

    async def roll(self) -> None:
        """Replace each worker by a new one: it answers before the old one leaves, so that no request fails.

        Raises LimenError where a new one does not answer; the old ones go on then.
        """
        async with self._rolling:
            for place in range(self._count):
                if not self._is_stopping:
                    async with self._changing[place]:
                        await self._replace(place)

    async def stop(self) -> None:
        """End them all."""
        self._is_stopping = True
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await asyncio.gather(*[child.stop() for child in tuple(self._alive.values())])

    # Inside

    def _begin(self, *, is_first: bool = False) -> Child:
        number = next(number for number in range(1, 2 * self._count + 2) if number not in self._alive)
        child = self._alive[number] = self._start(number, is_first)
        forgetting = asyncio.create_task(self._forget(child), name=f"end of worker {number}")
        self._forgetting.add(forgetting)
        forgetting.add_done_callback(self._forgetting.discard)
        return child

    async def _forget(self, child: Child) -> None:
        await child.ended.wait()
        if self._alive.get(child.number) is child:
            del self._alive[child.number]

    async def _replace(self, place: int) -> None:
        new = self._begin()
        if not await new.ready():
            await new.stop()
            raise LimenError("a new worker could not start, so the old ones go on", "see what it says above")
        old, self._places[place] = self._places[place], new
        if old is not None:
            await old.leave()

    async def _keep(self, place: int) -> None:
        """Have a worker in this place, whatever happens to it."""
        pause = self._first_pause
        while True:
            child = self._places[place]
            began = time.monotonic()
            if child is not None:
                await child.ended.wait()
                if child is not self._places[place]:
                    continue  # it was replaced, and has left
                _log.error("worker %s (pid %s) has ended and is started again", child.number, child.pid)
                self.restarts += 1
                self._places[place] = None
            if time.monotonic() - began > STEADY_SECONDS:
                pause = self._first_pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)
            async with self._changing[place]:
                try:
                    self._places[place] = self._places[place] or self._begin()
                except OSError:
                    _log.exception("a worker could not be started")
