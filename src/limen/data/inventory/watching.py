"""Watching folders: what changes in one has it gone through soon, and not only when its turn comes.

A change begins a walk and says nothing else, so a change that is missed is found by the next walk all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from limen.data.inventory.model import Store, StoreKind

CALM_MS: Final = 30_000
"""Changes within so long are one."""
LEAST_SECONDS: Final = 300.0
"""Between two walks that changes begin."""

Changes = Callable[[Path, asyncio.Event], AsyncIterator[object]]


def changes_in(folder: Path, stop: asyncio.Event) -> AsyncIterator[object]:
    """Each time something in a folder changed; ends when it is told to stop. Raises OSError."""
    from watchfiles import awatch  # noqa: PLC0415 -- a library of its own, needed where a folder is stated

    return awatch(folder, stop_event=stop, debounce=CALM_MS, step=500, recursive=True, ignore_permission_denied=True)


class Watching:
    """Watches the folders among the stores in force. Used on the event loop."""

    def __init__(
        self,
        stores: Callable[[], Mapping[str, Store]],
        ask_soon: Callable[[str], Awaitable[None]],
        *,
        changes: Changes = changes_in,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._stores = stores
        self._ask_soon = ask_soon
        self._changes = changes
        self._sleep = sleep
        self._watched: dict[Store, tuple[asyncio.Task[None], asyncio.Event]] = {}

    async def keep_up(self) -> None:
        """Watch those that are stated now, and no others; one whose watching ended is watched anew."""
        wanted = {one for one in self._stores().values() if one.kind is StoreKind.FOLDER}
        for store in [one for one, (task, _) in self._watched.items() if one not in wanted or task.done()]:
            await self._end(store)
        for store in wanted - self._watched.keys():
            stop = asyncio.Event()
            self._watched[store] = asyncio.create_task(self._watch(store, stop), name=f"watch {store.name}"), stop

    async def close(self) -> None:
        for store in list(self._watched):
            await self._end(store)

    async def _watch(self, store: Store, stop: asyncio.Event) -> None:
        try:
            async for _ in self._changes(Path(store.where), stop):
                await self._ask_soon(store.name)
                await self._sleep(LEAST_SECONDS)
        except (OSError, RuntimeError):
            structlog.get_logger().info("a folder can't be watched", store=store.name)

    async def _end(self, store: Store) -> None:
        task, stop = self._watched.pop(store)
        stop.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
