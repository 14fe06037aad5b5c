"""The event store: what every source said goes in, durable before it is acknowledged; searches and rules read it.

One process writes; any may read. Events are kept in the order in which they came: late ones and those of a clock that
is ahead are found by their own time all the same (`at`), whatever file they are in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from limen.clock import Clock, Instant, SystemClock
from limen.events import Event
from limen.storage.errors import EventsUnwritableError
from limen.storage.event_store.asking import PATIENCE_SECONDS, ROWS, Answer, Asking
from limen.storage.event_store.batches import WRITER, portions
from limen.storage.event_store.columns import Column, Columns
from limen.storage.event_store.following import START, Position, follow_from
from limen.storage.event_store.journal_view import JournalView
from limen.storage.event_store.keeping import Keeping
from limen.storage.event_store.recovery import resume
from limen.storage.event_store.segment import EventSegment
from limen.storage.event_store.upkeep import Upkeep
from limen.storage.segments.link import Signer
from limen.storage.segments.lock import lock_chain
from limen.storage.segments.name import segments_in
from limen.storage.space import EVENTS_RESERVE_BYTES, EVENTS_RESERVE_PART, has_room_beyond

KEYS: Final = "event store"
"""What the keys of its chain are for: `Keyring.keys_for`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept: how many events and bytes; since when; how much waits to be sealed; what was not kept twice."""

    events: int
    size: int
    since: Instant
    unsealed_bytes: int
    duplicates: int


class EventStore:
    """One chain of segments in a folder, which this process writes."""

    def __init__(self, root: Path, columns: Columns, signer: Signer, clock: Clock, lock: IO[bytes]) -> None:
        self._root = root
        self._columns = columns
        self._signer = signer
        self._clock = clock
        self._lock = lock
        self._writing = threading.Lock()
        self._segment: EventSegment
        self._upkeep: Upkeep
        self._asking: Asking

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        columns: Sequence[Column],
        keys: tuple[bytes, ...],
        keeping: Keeping = Keeping(),  # noqa: B008 -- frozen
        journal: JournalView | None = None,
        clock: Clock | None = None,
        record: Callable[[Event], object] = lambda _event: None,
        exported: Callable[[bytes], object] = lambda _checkpoint: None,
    ) -> Self:
        """Open the store in `root` and begin to write; `keys` are `Keyring.keys_for(KEYS)`.

        After a hard stop the unfinished end is cut. `record` gets what the journal is to know (`event_store.…`);
        `exported` each checkpoint, to be kept where nobody who can reach the store can. Raises JournalBusyError when
        another process writes it, OSError when it can't be written at all, ValueError for columns that can't be.
        """
        clock = clock or SystemClock()
        signer = Signer(WRITER, keys)
        known = Columns.of(columns)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = cls(root, known, signer, clock, lock_chain(root))
        store._upkeep = Upkeep(
            root,
            signer,
            known,
            clock,
            keeping=keeping,
            roll=store._roll,
            reach=lambda: store._segment.link,
            record=record,
            exported=exported,
        )
        store._upkeep.prepare()
        found = resume(root, signer, clock.now())
        store._segment = found.segment
        store._asking = Asking(root, known, journal)
        store._upkeep.start()
        for event in found.announcements:
            record(event)
        if not store._upkeep.is_trusted:
            record(store._upkeep.untrusted())
        return store

    # What goes in

    def append(self, lines: Sequence[bytes]) -> Position:
        """Write these events and return, with where they end, once the disk has them. From any thread.

        Each line is JSON of one event without a newline. Raises ValueError for what can't be a line, and
        EventsUnwritableError where there is no room (then none of the last batch is there; whoever sends all of them
        again makes no duplicates). It recovers by itself: each call looks anew.
        """
        batches = list(portions(lines))
        with self._writing:
            if self._lock.closed:
                raise EventsUnwritableError("it is closed")
            if batches and not has_room_beyond(self._root, EVENTS_RESERVE_BYTES, EVENTS_RESERVE_PART):
                raise EventsUnwritableError("the disk has no room for more events")
            try:
                for batch in batches:
                    self._next_segment(self._clock.now())
                    self._segment.append(batch)
            except OSError as error:
                raise EventsUnwritableError(f"{error.strerror}") from error
            return self._end()

    # What comes out

    @property
    def end(self) -> Position:
        """Where the next event will be."""
        with self._writing:
            return self._end()

    def read_from(self, position: Position = START) -> Iterator[tuple[Position, bytes]]:
        """Every event after `position`, as far as it is durable now, each with where it ends; duplicates may be there.

        What expired meanwhile is left out.
        """
        return follow_from(self._root, self._columns, position, self.end)

    def ask(
        self,
        sql: str,
        parameters: dict[str, Any] | None = None,
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        most_rows: int = ROWS,
        seconds: float = PATIENCE_SECONDS,
    ) -> Answer:
        """See `Asking.ask`."""
        return self._asking.ask(sql, parameters, since=since, until=until, most_rows=most_rows, seconds=seconds)

    @property
    def expired_n(self) -> int:
        """Events up to this number were deleted with all that came before them."""
        return self._upkeep.sealed.expired_n

    def figures(self) -> Figures:
        """What is kept now."""
        sealed, unsealed = self._upkeep.sealed.segments, 0
        for name, path in segments_in(self._root):
            unsealed += 0 if name.is_sealed else path.stat().st_size
        kept = sum(each.rows for each in sealed) + self._segment.link.n - self._upkeep.sealed.end.n
        since = sealed[0].begun_at if sealed else self._segment.name.begun_at
        size = sum(each.size for each in sealed) + unsealed
        return Figures(kept, size, since, unsealed, sum(each.duplicates for each in sealed))

    # Its upkeep

    def keep(self, keeping: Keeping) -> None:
        """From now on keep events for so long, and in so much of the disk."""
        self._upkeep.keeping = keeping

    def expire(self) -> None:
        """Delete what is past its keeping time or beyond the budget. Done every hour and after each sealing, too."""
        self._upkeep.expire()

    def seal(self) -> None:
        """Close the segment that is open and seal whatever is closed. Done every hour by itself."""
        with self._writing:
            self._begin_next(self._clock.now())
        self._upkeep.seal_all()

    def close(self) -> None:
        """Leave a clean end. A second time, nothing."""
        if self._lock.closed:
            return
        self._upkeep.stop()
        with self._writing:
            self._upkeep.checkpoint(is_clean=True)
            self._segment.close()
            self._lock.close()
        self._asking.close()

    # Inside

    def _end(self) -> Position:
        return Position(self._segment.link.n, self._segment.name.ordinal, self._segment.size)

    def _roll(self, now: Instant) -> int:
        with self._writing:
            self._next_segment(now)
            return self._segment.name.ordinal

    def _next_segment(self, now: Instant) -> None:
        if self._segment.name.is_over(self._segment.size, now):
            self._begin_next(now)
        elif self._segment.size == 0:  # it begins when its first batch comes
            name, link = self._segment.name, self._segment.link
            self._segment = EventSegment.begin(self._root, name.ordinal, now, link, self._signer)

    def _begin_next(self, now: Instant) -> None:
        done = self._segment
        if done.size == 0:
            return
        done.close()
        self._segment = EventSegment.begin(self._root, done.name.ordinal + 1, now, done.link, self._signer)
        self._upkeep.wake()
