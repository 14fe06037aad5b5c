"""So many things of each owner go on at once; whoever wants more waits for their own, and never for others'."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Owner:
    """`users` have a turn, or wait for one."""

    room: asyncio.Semaphore
    users: int = 0


class AtOnce:
    """`most` at once of each owner; an owner of whom nothing goes on is forgotten. Used on the event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._owners: dict[str, _Owner] = {}

    async def take(self, owner: str) -> None:
        """Wait for a turn of this owner's. Whoever has it leaves it once."""
        found = self._owners.setdefault(owner, _Owner(asyncio.Semaphore(self._most)))
        found.users += 1
        try:
            await found.room.acquire()
        except BaseException:
            self._gone(owner, found)
            raise

    def leave(self, owner: str) -> None:
        """Give a turn back."""
        found = self._owners[owner]
        found.room.release()
        self._gone(owner, found)

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """A turn for as long as this lasts."""
        await self.take(owner)
        try:
            yield
        finally:
            self.leave(owner)

    def __len__(self) -> int:
        """Of how many owners something goes on or waits."""
        return len(self._owners)

    def _gone(self, owner: str, found: _Owner) -> None:
        found.users -= 1
        if not found.users:
            del self._owners[owner]
