"""Chains of the journal on this machine that no worker writes any more, as after there were more workers: whoever leads
the machine erases people from them, and drops what is past its keeping time. Its own chain each worker does itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Clock, Instant
from limen.identity.store import erasure
from limen.pillar import Every, Once
from limen.storage import Database
from limen.storage.errors import JournalBusyError, JournalUnwritableError
from limen.storage.journal import Journal
from limen.storage.journal.reader import writer_folders
from limen.storage.segments.lock import is_being_written

LOOK_SECONDS: Final = 30.0

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class LeftChains:
    """`is_beside` names the chains of other workers on this machine."""

    database: Database
    journal: Journal
    keys: tuple[bytes, ...]
    keep_days: int
    is_beside: Callable[[str], bool]
    clock: Clock
    _erased: frozenset[str] = field(default=frozenset())
    _looked_at: Instant = field(default=0)

    @property
    def every(self) -> Every:
        return Every("erase from chains that were left", LOOK_SECONDS, self._look_on, Once.PER_MACHINE)

    def look(self) -> None:
        """Do what is due, in this thread: daily, and where somebody was erased. What can't be done is tried again."""
        now = self.clock.now()
        erased = self.database.read(lambda snapshot: erasure.erased_ids(snapshot.connection))
        people = frozenset(person for person, at in erased if at >= now - self.keep_days * DAY)
        if people <= self._erased and now - self._looked_at < DAY:
            return
        try:
            for chain in self._left():
                self._look_after(chain, people)
        except JournalUnwritableError as error:
            _log.warning("not everything was erased from the journal; it is tried again: %s", error.what)
            return
        self._erased, self._looked_at = people, now

    async def _look_on(self) -> None:
        await asyncio.to_thread(self.look)

    def _left(self) -> Iterator[str]:
        for folder in writer_folders(self.journal.reader.root):
            if self.is_beside(folder.name) and not is_being_written(folder):
                yield folder.name

    def _look_after(self, chain: str, people: Collection[str]) -> None:
        try:
            left = Journal.open(
                self.journal.reader.root, self.keys, writer=chain, keep_days=self.keep_days, clock=self.clock
            )
        except JournalBusyError:
            return  # a worker has begun to write it, and does this itself
        try:
            if people:
                left.erase(people)
            left.expire()
        finally:
            left.close()
