"""From the outbox to the journal: what committed with its transaction is written exactly once.

Where there are other nodes, a row leaves the outbox only once one of them holds a copy of what was written: until then
the database can say it again, should this node's disk be lost.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, select, update

from limen.events import Event
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.errors import StorageError
from limen.storage.journal.reader import Reader
from limen.storage.journal.writer import Ticket
from limen.storage.tables import outbox

LOOK_SECONDS = 1.0
"""How often to look for what other processes said; what this one said wakes the relay at once."""
AT_ONCE = 500
HELD_SECONDS: Final = 86_400.0
HELD_MOST: Final = 10_000
"""For how long, and how many, rows stay for a second node that does not come."""
EVERYWHERE: Final = 1 << 62
"""Up to which line a second node holds the chain, where there is no other node to wait for."""

_log = logging.getLogger(__name__)


class _Row(NamedTuple):
    seq: int
    event: Event
    said_by: str


class _Written(NamedTuple):
    """An outbox row whose event is in the journal, at line `n` or before, since `at` (monotonic seconds)."""

    seq: int
    n: int
    at: float


class Relay:
    """Follows the outbox: append to the journal, wait for the disk, delete the row."""

    def __init__(
        self,
        database: Database,
        submit: Callable[[list[Event]], Ticket],
        holds: Callable[[list[str]], set[str]],
        at_each_look: Callable[[], None],
        reach: Callable[[], int] = lambda: 0,
        others: Callable[[], Collection[str] | None] = tuple,
    ) -> None:
        """`holds` says which events are in the journal or in a copy on this disk, `reach` up to which line the chain
        is durable. `others` are the workers that carry what they said themselves: what anybody else said is carried
        here, too; None where that is for another worker to do.
        """
        self._database = database
        self._submit = submit
        self._holds = holds
        self._at_each_look = at_each_look
        self._reach = reach
        self._others = others
        self.copied: Callable[[], int] = lambda: EVERYWHERE
        """Up to which line a second node holds the chain. Whoever sets it calls `wake` when it rises."""
        self._wake = threading.Event()
        self._moved = threading.Condition()
        self._stopping = False
        self._reached = 0
        self._in_hand: list[int] = []
        self._held: list[_Written] = []
        self._is_first_look = True
        self.resent = 0
        self._thread = threading.Thread(target=self._run, name="limen-outbox", daemon=True)
        self.stop_watching = database.watch(self._wake.set)

    def start(self) -> None:
        """Send again what an earlier run left behind, then follow."""
        self._carry()
        self._carry_what_is_left()
        self._thread.start()

    def stop(self) -> None:
        self.stop_watching()
        self._stopping = True
        self._wake.set()
        self._thread.join()

    @property
    def is_clear(self) -> bool:
        """Whether nothing is just being carried: what a stop would leave between outbox and journal."""
        return not self._in_hand

    @property
    def waiting_for_a_copy(self) -> int:
        """How many events are in this node's journal, and in no other's yet."""
        return len(self._held)

    def wake(self) -> None:
        """Look at once. From any thread."""
        self._wake.set()

    def wait_for(self, seq: int, timeout: float) -> bool:
        """Wait until everything said up to outbox row `seq` is durable in the journal."""
        self._wake.set()
        with self._moved:
            return self._moved.wait_for(lambda: self._reached >= seq, timeout)

    def _run(self) -> None:
        looked_at = 0.0
        while not self._stopping:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                while self._carry():
                    pass
                if time.monotonic() - looked_at >= LOOK_SECONDS:
                    looked_at = time.monotonic()
                    while self._carry_what_is_left():
                        pass
            except StorageError as error:
                _log.warning("the outbox can't be emptied, its events wait: %s", error.what)
            except Exception:  # noqa: BLE001 -- such as a segment that went while it was read: nobody else would go on
                _log.exception("the outbox could not be emptied; its events wait")
            self._at_each_look()

    def _carry(self) -> bool:
        """Move what waits, up to `AT_ONCE` events. True when there may be more."""
        own, said = self._database.said_by, self._database.said_seq
        rows = self._database.read(lambda snapshot: _waiting(snapshot, own, [each.seq for each in self._held]))
        if rows and rows[0].seq <= self._reached:
            # The database has lost its last transactions, as after a failover: the journal may hold some of it.
            self._is_first_look, self._reached = True, rows[0].seq - 1
            self._held = [each for each in self._held if each.seq <= self._reached]
        if rows and not self._carried(rows, may_be_known=self._is_first_look):
            return False
        with self._moved:  # without rows, another has taken over what was said here, or all is done
            self._reached = max(self._reached, rows[-1].seq if rows else said)
            self._moved.notify_all()
        self._is_first_look = self._is_first_look and bool(rows)
        self._let_go()
        return len(rows) == AT_ONCE

    def _carry_what_is_left(self) -> bool:
        """Move what nobody else would, up to `AT_ONCE` events. True when there may be more."""
        left = self._take_over(self._database.said_by)
        return bool(left) and self._carried(left, may_be_known=True) and len(left) == AT_ONCE

    def _carried(self, rows: Sequence[_Row], *, may_be_known: bool) -> bool:
        """Have these in the journal; False where it refused, and none of them counts as carried."""
        known = self._holds([row.event.id for row in rows]) if may_be_known else set()
        new = [row.event for row in rows if row.event.id not in known]
        if may_be_known:
            self.resent += len(new)
        self._in_hand = [row.seq for row in rows]
        try:
            if new and not self._submit(new).wait():
                return False
            n, now = self._reach(), time.monotonic()
            self._held += [_Written(seq, n, now) for seq in self._in_hand]
        finally:
            self._in_hand = []
        return True

    def _take_over(self, own: str) -> list[_Row]:
        """What was said by nobody who carries it: it is this worker's from now on."""
        others = self._others()
        if others is None:
            return []
        carrying = {own, *(each for each in others if each)}  # whoever has no chain carries nothing
        held = [each.seq for each in self._held]
        left = self._database.read(lambda snapshot: _left_behind(snapshot, carrying, held))
        if left and own:
            taken = self._database.write(lambda transaction: _taken_over(transaction, left, own))
            left = [row for row in left if row.seq in taken]
        return left

    def _let_go(self) -> None:
        """Delete the rows whose events a second node holds, and those that have waited for one for too long."""
        copied, too_old = self.copied(), time.monotonic() - HELD_SECONDS
        most = len(self._held) - HELD_MOST
        gone = [each for at, each in enumerate(self._held) if each.n <= copied or each.at < too_old or at < most]
        if gone:
            alone = sum(each.n > copied for each in gone)
            if alone:
                _log.warning("%s events are on this node's disk alone: no other node took a copy of them", alone)
            self._database.write(lambda transaction: _forget(transaction, [each.seq for each in gone]))
            left = {each.seq for each in gone}
            self._held = [each for each in self._held if each.seq not in left]


def _waiting(snapshot: Snapshot, own: str, held: Collection[int]) -> list[_Row]:
    """What this worker said and has not carried yet, in the order of its commits."""
    return _rows(snapshot, outbox.c.said_by == own, outbox.c.seq.not_in(held))


def _left_behind(snapshot: Snapshot, carrying: Collection[str], held: Collection[int]) -> list[_Row]:
    return _rows(snapshot, outbox.c.said_by.not_in(carrying), outbox.c.seq.not_in(held))


def _rows(snapshot: Snapshot, *where: ColumnElement[bool]) -> list[_Row]:
    chosen = select(outbox.c.seq, outbox.c.event, outbox.c.said_by).where(*where).order_by(outbox.c.seq).limit(AT_ONCE)
    return [
        _Row(seq, msgspec.json.decode(written, type=Event), said_by)
        for seq, written, said_by in snapshot.connection.execute(chosen)
    ]


def _taken_over(transaction: Transaction, left: Sequence[_Row], own: str) -> set[int]:
    """The rows among these that nobody else has taken over since."""
    taken = set()
    for row in left:
        mine = update(outbox).where(outbox.c.seq == row.seq, outbox.c.said_by == row.said_by).values(said_by=own)
        if transaction.connection.execute(mine).rowcount:
            taken.add(row.seq)
    return taken


def _forget(transaction: Transaction, seqs: list[int]) -> None:
    for begin in range(0, len(seqs), AT_ONCE):
        transaction.connection.execute(delete(outbox).where(outbox.c.seq.in_(seqs[begin : begin + AT_ONCE])))


def drop_what_is_written(transaction: Transaction, reader: Reader) -> int:
    """Take events out of the outbox that the journal holds already: after a restore they are not written a second time.

    Returns how many.
    """
    waiting = transaction.connection.execute(select(outbox.c.seq, outbox.c.id)).all()
    written = [seq for seq, event_id in waiting if reader.find(event_id) is not None]
    for seq in written:
        transaction.connection.execute(delete(outbox).where(outbox.c.seq == seq))
    return len(written)
