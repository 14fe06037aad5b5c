"""A thread in which texts are looked into that take longer than the loop may be held.

It has one at a time of each owner, so that whoever sends hundreds has nobody else wait for more than one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from limen.admission.at_once import AtOnce

T = TypeVar("T")


class TextThread:
    """Used on the event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="texts")
        self._turns = AtOnce(1)

    async def run(self, owner: str, look: Callable[[], T]) -> T:
        """What this returns, or raises, there."""
        async with self._turns.turn(owner):
            return await asyncio.get_running_loop().run_in_executor(self._thread, look)
