"""A thread in which texts are looked into that take longer than the loop may be held.

It has one at a time of each owner, so that whoever sends hundreds has nobody else wait for more than one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Turn:
    """Of one owner, who is asking `users` times at once."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class TextThread:
    """Used on the event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="texts")
        self._turns: dict[str, _Turn] = {}

    async def run(self, owner: str, look: Callable[[], T]) -> T:
        """What this returns, or raises, there."""
        async with self._turn(owner):
            return await asyncio.get_running_loop().run_in_executor(self._thread, look)

    @asynccontextmanager
    async def _turn(self, owner: str) -> AsyncIterator[None]:
        turn = self._turns.setdefault(owner, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[owner]
