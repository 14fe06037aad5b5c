"""From the outbox to the journal: what committed with its transaction is written exactly once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from limen.events import Event
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.errors import StorageError
from limen.storage.journal.reader import Reader
from limen.storage.journal.writer import Ticket
from limen.storage.tables import outbox

LOOK_SECONDS = 1.0
"""How often to look for what other processes said; what this one said wakes the relay at once."""
AT_ONCE = 500

_log = logging.getLogger(__name__)


class Relay:
    """Follows the outbox: append to the journal, wait for the disk, delete the row."""

    def __init__(
        self,
        database: Database,
        submit: Callable[[list[Event]], Ticket],
        holds: Callable[[list[str]], set[str]],
        at_each_look: Callable[[], None],
    ) -> None:
        self._database = database
        self._submit = submit
        self._holds = holds
        self._at_each_look = at_each_look
        self._wake = threading.Event()
        self._moved = threading.Condition()
        self._stopping = False
        self._reached = 0
        self._in_hand: list[int] = []
        self._is_first_look = True
        self.resent = 0
        self._thread = threading.Thread(target=self._run, name="limen-outbox", daemon=True)
        self._stop_watching = database.watch(self._wake.set)

    def start(self) -> None:
        """Send again what an earlier run left behind, then follow."""
        self._carry()
        self._thread.start()

    def stop(self) -> None:
        self._stop_watching()
        self._stopping = True
        self._wake.set()
        self._thread.join()

    @property
    def is_clear(self) -> bool:
        """Whether everything written to the journal has left the outbox, so that no restart needs to look for it."""
        return not self._in_hand

    def wait_for(self, seq: int, timeout: float) -> bool:
        """Wait until everything said up to outbox row `seq` is durable in the journal."""
        self._wake.set()
        with self._moved:
            return self._moved.wait_for(lambda: self._reached >= seq, timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                while self._carry():
                    pass
            except StorageError as error:
                _log.warning("the outbox can't be emptied, its events wait: %s", error.what)
            except SQLAlchemyError:
                _log.exception("the outbox could not be read; its events wait")
            self._at_each_look()

    def _carry(self) -> bool:
        """Move what waits, up to `AT_ONCE` events. True when there may be more."""
        rows = self._database.read(self._waiting)
        if rows and rows[0][0] <= self._reached:
            # The database has lost its last transactions, as after a failover: the journal may hold some of it.
            self._is_first_look, self._reached = True, rows[0][0] - 1
        if rows:
            events = [event for _, event in rows]
            known = self._holds([event.id for event in events]) if self._is_first_look else set()
            new = [event for event in events if event.id not in known]
            if self._is_first_look:
                self.resent = len(new)
            before, self._in_hand = self._in_hand, self._in_hand + [seq for seq, _ in rows]
            if new and not self._submit(new).wait():
                self._in_hand = before
                return False
            with self._moved:
                self._reached = max(self._reached, rows[-1][0])
                self._moved.notify_all()
        else:
            self._is_first_look = False
        if self._in_hand:
            self._database.write(self._forget)
            self._in_hand = []
        return len(rows) == AT_ONCE

    def _waiting(self, snapshot: Snapshot) -> list[tuple[int, Event]]:
        chosen = select(outbox.c.seq, outbox.c.event).where(outbox.c.seq.not_in(self._in_hand)).order_by(outbox.c.seq)
        return [
            (seq, msgspec.json.decode(written, type=Event))
            for seq, written in snapshot.connection.execute(chosen.limit(AT_ONCE))
        ]

    def _forget(self, transaction: Transaction) -> None:
        transaction.connection.execute(delete(outbox).where(outbox.c.seq.in_(self._in_hand)))


def drop_what_is_written(transaction: Transaction, reader: Reader) -> int:
    """Take events out of the outbox that the journal holds already: after a restore they are not written a second time.

    Returns how many. The relay itself looks into unsealed segments only.
    """
    waiting = transaction.connection.execute(select(outbox.c.seq, outbox.c.id)).all()
    written = [seq for seq, event_id in waiting if reader.find(event_id) is not None]
    for seq in written:
        transaction.connection.execute(delete(outbox).where(outbox.c.seq == seq))
    return len(written)
