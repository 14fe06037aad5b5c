"""Keeping a search under a name, and removing it."""

from __future__ import annotations

from typing import Final

from limen.errors import LimenError
from limen.events import Event
from limen.monitor.search import saved_store
from limen.monitor.search.saved_store import SavedSearch
from limen.pillar import Core
from limen.printable import is_printable
from limen.storage import Transaction

MOST: Final = 200
LONGEST_NAME: Final = 80


class SavedSearches:
    """Used on the event loop."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def every(self) -> list[SavedSearch]:
        return await self._core.database.reading(lambda snapshot: saved_store.every(snapshot.connection))

    async def keep(self, search: SavedSearch, by: str) -> None:
        """Raises LimenError where it has no fit name, or there are too many."""
        if not 0 < len(search.name) <= LONGEST_NAME or not is_printable(search.name):
            raise LimenError(f"a saved search has a name of at most {LONGEST_NAME} characters", "write one")

        def work(transaction: Transaction) -> None:
            if saved_store.number(transaction.connection) >= MOST:
                raise LimenError(f"there are {MOST} saved searches already", "remove one that nobody needs")
            saved_store.keep(transaction.connection, search, self._core.clock.now())
            self._say(transaction, "search.saved", search.name, by)

        await self._core.write(work)

    async def remove(self, name: str, by: str) -> None:
        """Raises LimenError where there is none of this name."""

        def work(transaction: Transaction) -> None:
            if not saved_store.forget(transaction.connection, name):
                raise LimenError("there is no saved search of this name", "it may have been removed already")
            self._say(transaction, "search.removed", name, by)

        await self._core.write(work)

    def _say(self, transaction: Transaction, kind: str, name: str, by: str) -> None:
        transaction.say(Event(at=self._core.clock.now(), kind=kind, actor=by, details={"name": name[:LONGEST_NAME]}))
