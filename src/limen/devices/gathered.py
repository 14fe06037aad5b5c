"""Work that can wait a moment, done for many at once: what is asked for within so long, or what hurries takes along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from limen.storage.errors import StorageError

A = TypeVar("A")
R = TypeVar("R")


class Gathered(Generic[A, R]):
    """`do` takes a list and answers each in its order. Used on the event loop.

    Where `do` raises, each is done again by itself, so that one that can't be done harms no other; only when nothing
    can be kept at all, all fail.
    """

    def __init__(self, do: Callable[[Sequence[A]], Awaitable[Sequence[R]]], seconds: float, most: int) -> None:
        self._do = do
        self._seconds = seconds
        self._most = most
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, one: A, *, hurries: bool) -> R:
        """What becomes of it. What hurries waits for nothing, and nothing that came before it is done after it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append((one, answer))
        if hurries or len(self._waiting) >= self._most:
            self.now()
        elif self._timer is None:
            self._timer = loop.call_later(self._seconds, self.now)
        return await answer

    def now(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            batch, self._waiting = self._waiting, []
            task = asyncio.get_running_loop().create_task(self._run(batch), name="gathered work")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, batch: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._do([one for one, _ in batch])
        except Exception as error:  # noqa: BLE001 -- it is raised where somebody waits
            if len(batch) > 1 and not isinstance(error, StorageError):
                for each in batch:
                    await self._run([each])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(batch, results, strict=True):
            if not answer.done():  # who asked has gone
                answer.set_result(result)
