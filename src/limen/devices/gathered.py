"""Work that can wait a moment, done for many at once: what is asked for within so long, or what hurries takes along."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from limen.storage.errors import StorageError

A = TypeVar("A")
R = TypeVar("R")


class Gathered(Generic[A, R]):
    """`do` takes a list, one after the other, and answers each in its order. Used on the event loop.

    Where `do` raises, each is done again by itself, so that one that can't be done harms no other; only when nothing
    can be kept at all, all fail.
    """

    def __init__(self, do: Callable[[Sequence[A]], Awaitable[Sequence[R]]], seconds: float, most: int) -> None:
        self._do = do
        self._seconds = seconds
        self._most = most
        self._waiting: deque[tuple[A, asyncio.Future[R]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._hurries = False
        self._running: asyncio.Task[None] | None = None

    async def ask(self, one: A, *, hurries: bool) -> R:
        """What becomes of it. What hurries waits for nothing but what is being done, and takes along who waits."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if hurries or len(self._waiting) >= self._most:
            self.now()
        else:
            self._wait()
        return await answer

    def now(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._hurries = bool(self._waiting)
        if self._hurries and self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run(), name="gathered work")

    def _wait(self) -> None:
        if self._timer is None and self._running is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.now)

    async def _run(self) -> None:
        """One batch after the other, so that nothing overtakes what came before it."""
        try:
            while self._hurries or len(self._waiting) >= self._most:
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                self._hurries = self._hurries and bool(self._waiting)
                await self._answer(batch)
        finally:
            self._running = None
            if self._waiting:
                self._wait()

    async def _answer(self, batch: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._do([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001 -- it is raised where somebody waits
            if len(batch) > 1 and not isinstance(error, StorageError):
                for each in batch:
                    await self._answer([each])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(batch, results, strict=True):
            if not answer.done():  # who asked has gone
                answer.set_result(result)
