"""The journal's one writing thread: gathers a batch, makes it durable, then tells everyone.

Events that a full or failing disk refuses are kept in memory and written later; meanwhile `writable` is false, and
every request is denied. It turns false already when only the reserve of the disk is left: from the reserve the events
of administrators and of revocations are still written.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from limen.clock import Clock, Instant
from limen.events import Event, EventIds, Outcome
from limen.facts.facts_json import facts_digest, facts_to_bytes
from limen.storage.journal.checkpoint import Checkpoint, Reached
from limen.storage.journal.emergency import WRITER as BREAK_GLASS
from limen.storage.journal.folding import Fold, Folding
from limen.storage.journal.line_template import encode
from limen.storage.journal.recent import Written, as_event
from limen.storage.journal.recovery import BREAK_GLASS_CHANGED, damaged
from limen.storage.journal.segment import Segment
from limen.storage.journal.strangers import LINE_BYTES
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import CHECKPOINT_FILE, write_signed
from limen.storage.space import has_room_beyond_the_reserve

BATCH_SECONDS = 0.05
"""How long an event may wait for others of its batch."""
FOLD_SECONDS = 0.12
"""How long ordinary decisions gather under load. With a batch and its fsync on top they are durable within 200 ms."""
RETRY_SECONDS = 0.25
CHECKPOINT_SECONDS = 10.0
MOST_WAITING = 50_000
"""Events and distinct decisions that may wait; beyond it the journal is unwritable and counts what it drops."""

_log = logging.getLogger(__name__)


class Ticket:
    """Events handed over together; `wait` says whether they became durable."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._is_durable = False
        self._done = threading.Event()

    def finish(self, *, is_durable: bool) -> None:
        self._is_durable = is_durable
        self._done.set()

    def wait(self, timeout: float | None = None) -> bool:
        """True once durable; False when the disk refused or time ran out."""
        return self._done.wait(timeout) and self._is_durable


class Writer:
    """Owns the segment that is open, and with it the chain."""

    def __init__(
        self,
        folder: Path,
        segment: Segment,
        signer: Signer,
        folding: Folding,
        clock: Clock,
        *,
        published: Callable[[Sequence[Written]], None],
        closed: Callable[[Name], None],
        exported: Callable[[bytes], None],
        break_glass: Callable[[Link], Link | None],
        wrote: Callable[[Written, int], None] = lambda _written, _size: None,
    ) -> None:
        """`wrote` is told of each event and what its lines' bodies take."""
        self._folder = folder
        self._segment = segment
        self._signer = signer
        self._folding = folding
        self._clock = clock
        self._published = published
        self._closed = closed
        self._exported = exported
        self._wrote = wrote
        self._reach_of_break_glass = break_glass
        self._break_glass = start_of(BREAK_GLASS)
        self._break_glass_holds = True
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._tickets: list[Ticket] = []
        self._unwritten: list[Written] = []
        self._dropped = 0
        self._folded_at = 0.0
        self._checkpoint_due = clock.monotonic()
        self._checkpointed: Link | None = None
        self._something = threading.Event()
        self._urgent = threading.Event()
        self._stopping = False
        self.takes = True
        self.has_room = True
        self._is_rolling = False
        self.writable = True
        self._thread = threading.Thread(target=self._run, name="limen-journal", daemon=True)

    def start(self) -> None:
        """Mark the checkpoint as in use, so that a hard stop can be told from a clean end, and start the thread."""
        try:
            self._checkpoint(is_clean=False)
        except OSError as error:
            self._refused(error)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, leave a clean checkpoint, end the thread."""
        self._stopping = True
        self._urgent.set()
        self._something.set()
        self._thread.join()
        self._segment.close()

    # From any thread

    def put(self, event: Event) -> None:
        """Take an event for the next batch; nobody waits for it."""
        with self._lock:
            if len(self._events) >= MOST_WAITING:
                self._dropped += 1
                self._note_room(takes=False)
            else:
                self._events.append(event)
        self.wake()

    def submit(self, events: Sequence[Event]) -> Ticket:
        """Take events that somebody waits for: the batch goes out at once."""
        ticket = Ticket(events)
        with self._lock:
            self._tickets.append(ticket)
        self._urgent.set()
        self._something.set()
        return ticket

    @property
    def reach(self) -> int:
        """Up to which line the chain is durable."""
        return self._segment.link.n

    def roll(self) -> Ticket:
        """Close the segment that is open, so that it can be sealed before its hour is over."""
        self._is_rolling = True
        return self.submit([])

    def wake(self) -> None:
        """There is something to write; cheap when the thread knows already."""
        if not self._something.is_set():
            self._something.set()
        if len(self._folding) >= MOST_WAITING:
            self._note_room(takes=False)

    def waiting(self, event_id: str) -> Event | None:
        """An event that isn't durable yet."""
        with self._lock:
            for event in self._events:
                if event.id == event_id:
                    return event
        fold = self._folding.peek(event_id)
        if fold is not None:
            return fold.event()
        return next((as_event(one) for one in tuple(self._unwritten) if one.id == event_id), None)

    # In the thread

    def _run(self) -> None:
        while True:
            self._something.wait(self._until_checkpoint())
            if not self._stopping:
                self._urgent.wait(BATCH_SECONDS if self.writable else RETRY_SECONDS)
            self._something.clear()
            self._urgent.clear()
            stopping = self._stopping
            try:
                self._write_batch()
                self._checkpoint(is_clean=stopping)
                self._note_room(takes=True)
            except OSError as error:
                self._refused(error)
            except Exception:  # noqa: BLE001 -- the thread must not die silently: doors would go on
                _log.exception("the journal failed")
                self._note_room(takes=False)
                self._something.set()
            if stopping:
                return

    def _write_batch(self) -> None:
        with self._lock:
            events, self._events = self._events, []
            tickets, self._tickets = self._tickets, []
        self._keep([*events, *self._folds(at_once=bool(tickets) or self._stopping)])
        batch = [*self._unwritten, *(event for ticket in tickets for event in ticket.events)]
        try:
            if batch:
                self._append(batch)
        except BaseException:
            for ticket in tickets:
                ticket.finish(is_durable=False)
            raise
        self._unwritten = []
        if self._is_rolling and self._segment.size > 0:
            self._next_segment(self._clock.now())
        self._is_rolling = False
        for ticket in tickets:
            ticket.finish(is_durable=True)
        if batch:
            self._published(batch)
        if self._dropped:
            self._report_dropped()

    def _folds(self, *, at_once: bool) -> list[Fold]:
        """The decisions that are due: nobody waits for them, so under load they gather for longer than other events."""
        now = time.monotonic()
        if not at_once and now - self._folded_at < FOLD_SECONDS:
            if len(self._folding):
                self._something.set()
            return []
        self._folded_at = now
        return self._folding.take()

    def _keep(self, events: list[Written]) -> None:
        """Hold on to `events` until they are written, as far as memory may go."""
        room = max(0, MOST_WAITING - len(self._unwritten))
        self._unwritten += events[:room]
        self._dropped += len(events[room:])

    def _append(self, events: Sequence[Written]) -> None:
        now = self._clock.now()
        if self._segment.is_due(now):
            self._next_segment(now)
        segment = self._segment
        bodies, held = self._bodies(events, segment.facts_held)
        segment.append(bodies)
        segment.facts_held |= held

    def _bodies(self, events: Iterable[Written], held: set[str]) -> tuple[list[bytes], set[str]]:
        """The lines' bodies: each event in OCSF form, led by the exact facts of a decision unless they are there."""
        bodies: list[bytes] = []
        new: set[str] = set()
        for event in events:
            before = len(bodies)
            try:
                if isinstance(event, Fold):
                    digest = facts_digest(event.decision.facts)
                    if digest not in held and digest not in new:
                        value = facts_to_bytes(event.decision.facts)
                        bodies.append(b'{"facts":"%s","value":%s}' % (digest.encode(), value))
                        new.add(digest)
                    bodies.append(event.line())
                else:
                    bodies.append(encode(event))
                self._wrote(event, sum(len(body) + LINE_BYTES for body in bodies[before:]))
            except (TypeError, ValueError, OverflowError):  # one bad event must not stop the journal for all others
                _log.exception("an event can't be written down")
                self._dropped += 1
        return bodies, new

    def _next_segment(self, now: Instant) -> None:
        done = self._segment
        done.close()
        self._segment = Segment.begin(self._folder, done.name.ordinal + 1, now, done.link, self._signer)
        self._closed(done.name)

    def _checkpoint(self, *, is_clean: bool) -> None:
        link = self._segment.link
        if not is_clean and (link == self._checkpointed or self._clock.monotonic() < self._checkpoint_due):
            return
        reached = Checkpoint(
            writer=self._signer.writer,
            n=link.n,
            h=link.head.decode(),
            segment=self._segment.name.ordinal,
            at=self._clock.now(),
            is_clean=is_clean,
            break_glass=self._vouched_of_break_glass(),
        )
        self._exported(write_signed(self._folder / CHECKPOINT_FILE, reached, self._signer))
        self._checkpointed = link
        self._checkpoint_due = self._clock.monotonic() + CHECKPOINT_SECONDS

    def _vouched_of_break_glass(self) -> Reached:
        """How far the break-glass segment came; what was vouched for once stays so, also where it was tampered with."""
        reached = self._reach_of_break_glass(self._break_glass)
        if reached is not None:
            self._break_glass = reached
        elif self._break_glass_holds:
            self._break_glass_holds = False
            now = self._clock.now()
            found = damaged(now, BREAK_GLASS_CHANGED, {"expected_line": self._break_glass.n})
            self.put(msgspec.structs.replace(found, id=EventIds(secrets.token_bytes).new(now)))
        return Reached(self._break_glass.n, self._break_glass.head.decode())

    def _until_checkpoint(self) -> float | None:
        if self._segment.link == self._checkpointed:
            return None
        return max(0.0, self._checkpoint_due - self._clock.monotonic())

    def _refused(self, error: OSError) -> None:
        if self.takes:
            _log.error("the journal can't be written (%s); all access is denied until it can", error.strerror)
        self._note_room(takes=False)
        self._something.set()

    def _note_room(self, *, takes: bool) -> None:
        """Note whether the disk takes events, and whether more of it is free than the reserve."""
        had_room, self.takes = self.has_room, takes
        if takes:
            self.has_room = has_room_beyond_the_reserve(self._folder)
        self.writable = self.takes and self.has_room
        if self.has_room:
            return
        self._something.set()  # look again soon: room that comes back opens the doors by itself
        if had_room:
            _log.error("the disk is nearly full; only administrators have access until there is space")

    def _report_dropped(self) -> None:
        """Record how many events were dropped; the count is kept until that record is durable."""
        dropped, self._dropped = self._dropped, 0
        self.put(
            Event(
                at=self._clock.now(),
                kind="journal.dropped",
                outcome=Outcome.FAILURE,
                reason="journal-unwritable",
                details={"events": dropped},
            )
        )
