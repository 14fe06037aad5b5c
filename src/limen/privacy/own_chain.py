"""Erases people from the chain of the journal that this worker writes: each worker does so for its own.

`carry_out` does it for the worker that leads, and says in the journal that it is done. What every chain was erased from
stands beside it, so that a worker that was away when somebody was erased does it when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import DAY, Clock, Instant
from limen.identity.store import erasure
from limen.pillar import Every, Once
from limen.storage import Database
from limen.storage.files import replace_file
from limen.storage.journal import Journal

LOOK_SECONDS: Final = 15.0
FILE: Final = "erased.json"


@dataclass(slots=True)
class OwnChainJob:
    """`keep_days`: what is older is not kept in any case. `leads`: this worker does what `carry_out` does."""

    database: Database
    journal: Journal
    keep_days: int
    clock: Clock
    leads: Callable[[], bool] = lambda: False

    @property
    def every(self) -> Every:
        return Every("erase from this worker's journal", LOOK_SECONDS, self._look_on, Once.PER_WORKER)

    def look(self) -> int:
        """Erase who is due, in this thread; returns how many bodies went. Raises JournalUnwritableError."""
        now = self.clock.now()
        since = now - self.keep_days * DAY
        erased = dict(self.database.read(lambda snapshot: erasure.erased_ids(snapshot.connection)))
        if self.leads():
            for person in self.database.read(lambda snapshot: erasure.waiting_in_journal(snapshot.connection, now)):
                erased.pop(person, None)
        done = {person: at for person, at in self._done().items() if person in erased}
        due = [person for person, at in erased.items() if at >= since and _is_due(at, done.get(person), now)]
        if not due:
            return 0
        self.journal.wait_settled()
        bodies, left = self.journal.erase(due)
        if not left:
            replace_file(self._file, msgspec.json.encode(done | dict.fromkeys(due, now)))
        return bodies

    async def _look_on(self) -> None:
        await asyncio.to_thread(self.look)

    def _done(self) -> dict[str, Instant]:
        """When each person was erased from this chain."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Instant])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}

    @property
    def _file(self) -> Path:
        return self.journal.reader.root / self.journal.writer / FILE


def _is_due(at: Instant, done_at: Instant | None, now: Instant) -> bool:
    """Not done yet; or to be done once more, for what was under way when they were erased."""
    return done_at is None or done_at < at + erasure.UNDER_WAY_MS <= now
