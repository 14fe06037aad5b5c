"""What stays open: WebSockets and long downloads, decided again on every change of their facts, and cut on a no.

A stream is looked at again when something changes that its facts are assembled from, when a revision is published, and
at the instant from which on time may have changed the answer. Those whose session a change has ended are cut at once.
All others wait in a queue: it moves in slices, so that nothing else waits for long, and one whose turn has not come
within `WITHIN_SECONDS` is cut.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from limen.clock import HOUR, SECOND, Instant
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.events import Event, Outcome
from limen.facts import COMPANY, EVERYBODY, Subject
from limen.policy.decision import Named

LOOK_EVERY_SECONDS: Final = 1.0
"""How often open streams are held against the lease and the journal, which no change of a fact announces."""
SLICE_SECONDS: Final = 0.005
"""For how long streams are looked at before the event loop does something else."""
WITHIN_SECONDS: Final = 3.0
"""How long a stream may wait for its turn after a change."""
CUTS_KEPT: Final = 5_000
"""Of how many it is known whose they were."""
TOO_LATE: Final = "not-decided-in-time"
STOPS: Final = "limen-stops"


@dataclass(slots=True, eq=False)
class Stream:
    """One open stream. `cut` is called once, with the reason, on the event loop."""

    answer: Answer
    address: str
    door: str
    cut: Callable[[str], None]
    timer: asyncio.TimerHandle | None = None
    subjects: frozenset[Subject] = field(default=frozenset(), init=False)
    due_by: float | None = field(default=None, init=False)
    """Until when, on the loop's clock, it must have been looked at; None where it waits for nothing."""


class LookQueue:
    """Streams that wait to be looked at, those whose own facts have changed before all others.

    A place in the queue is worth nothing once its stream was looked at, or has gone: then `due_by` is another.
    """

    def __init__(self) -> None:
        self._first: deque[tuple[float, Stream]] = deque()
        self._others: deque[tuple[float, Stream]] = deque()

    def __bool__(self) -> bool:
        return bool(self._first or self._others)

    def put(self, stream: Stream, now: float, *, first: bool) -> None:
        """Have it wait. Whoever waits already keeps the time by which it is due, and may move ahead."""
        if stream.due_by is None:
            stream.due_by = now + WITHIN_SECONDS
        elif not first:
            return
        (self._first if first else self._others).append((stream.due_by, stream))

    def next(self) -> Stream | None:
        """The next whose turn it is; None where nobody waits."""
        for waiting in (self._first, self._others):
            while waiting:
                due_by, stream = waiting.popleft()
                if stream.due_by == due_by:
                    return stream
        return None

    def late(self, now: float) -> list[Stream]:
        """Those whose time is up. Who moved ahead is found at the old place, where all are in the order of time."""
        found: dict[Stream, None] = {}
        for waiting in (self._first, self._others):
            while waiting and (waiting[0][0] < now or waiting[0][0] != waiting[0][1].due_by):
                due_by, stream = waiting.popleft()
                if stream.due_by == due_by:
                    found[stream] = None
        return list(found)


class Streams:
    """Every open stream of this worker."""

    def __init__(self, doors: DecisionPoint) -> None:
        self._doors = doors
        self._open: set[Stream] = set()
        self._about: dict[Subject, set[Stream]] = {}
        self._queue = LookQueue()
        self._changed: deque[Subject] = deque()
        self._cuts: deque[tuple[str, Instant]] = deque(maxlen=CUTS_KEPT)
        self._taking_up = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_watching: Callable[[], None] | None = None
        self._slice: asyncio.Handle | None = None
        self._tick: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def open(self) -> list[Stream]:
        """Those that are open now."""
        return list(self._open)

    def cut_of(self, person_id: str, since: Instant) -> int:
        """How many of somebody's were cut from then on, of the last that were."""
        return sum(whose == person_id and at >= since for whose, at in self._cuts)

    def are_settled(self) -> bool:
        """Whether every stream was decided since the last change."""
        return not self._taking_up and not self._queue

    def add(self, stream: Stream) -> None:
        """Watch over `stream` until it is removed; it may be cut before this returns."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._stop_watching = self._doors.known.watch(self._told)
        self._open.add(stream)
        if self._tick is None:
            self._tick = self._loop.call_later(LOOK_EVERY_SECONDS, self._look_regularly)
        self._look(stream)

    def remove(self, stream: Stream) -> None:
        self._open.discard(stream)
        self._register(stream, frozenset())
        stream.due_by = None
        if stream.timer is not None:
            stream.timer.cancel()

    def close(self) -> None:
        """Cut everything: Limen stops."""
        if self._stop_watching is not None:
            self._stop_watching()
        for handle in (self._tick, self._slice):
            if handle is not None:
                handle.cancel()
        self._stop_watching = self._tick = self._slice = self._loop = None
        for stream in self.open():
            self._cut(stream, STOPS)

    # What has changed

    def _told(self, subject: Subject) -> None:
        """A fact has changed, perhaps on another thread. Many changes in one go are one look."""
        if self._loop is None or not (subject in self._about or (self._open and subject in EVERYBODY)):
            return
        self._changed.append(subject)
        if not self._taking_up:
            self._taking_up = True
            self._loop.call_soon_threadsafe(self._take_up)

    def _take_up(self) -> None:
        """Cut at once what the changes have ended; the rest of what they touch waits for its turn."""
        self._taking_up = False
        changed: set[Subject] = set()
        while self._changed:
            changed.add(self._changed.popleft())
        own = {stream for subject in changed for stream in self._about.get(subject, ())}
        for stream in self.open() if COMPANY in changed else own:
            word = self._doors.why_ended(stream.answer)
            if word:
                self._cut(stream, word)
        self._wait(own, first=True)
        if changed & EVERYBODY:
            self._wait(self.open(), first=False)

    def _look_regularly(self) -> None:
        self._tick = None
        if self._open and self._loop is not None:
            self._tick = self._loop.call_later(LOOK_EVERY_SECONDS, self._look_regularly)
            if self._doors.shut() is not None:
                self._wait(self.open(), first=False)

    # The queue

    def _wait(self, streams: Iterable[Stream], *, first: bool) -> None:
        if self._loop is None:
            return
        now = self._loop.time()
        for stream in streams:
            if stream in self._open:
                self._queue.put(stream, now, first=first)
        if self._slice is None:
            self._slice = self._loop.call_soon(self._work)

    def _time_is_up(self, stream: Stream) -> None:
        """From now on time may have changed the answer; many streams may hear that at one moment."""
        stream.timer = None
        self._wait((stream,), first=True)

    def _work(self) -> None:
        """Look at those whose turn it is, for the length of a slice; the next slice follows, whatever goes wrong."""
        self._slice = None
        if self._loop is None:
            return
        began = self._loop.time()
        try:
            for stream in self._queue.late(began):
                self._cut(stream, TOO_LATE)
            while (next_one := self._queue.next()) is not None:
                self._look(next_one)
                if self._loop.time() >= began + SLICE_SECONDS:
                    break
        finally:
            if self._queue:
                self._slice = self._loop.call_soon(self._work)

    def _look(self, stream: Stream) -> None:
        stream.due_by = None
        if stream.timer is not None:
            stream.timer.cancel()
            stream.timer = None
        known, session = self._doors.known, stream.answer.session
        newest = known.issued(session.id) if session is not None else None
        try:
            # First where it is told of changes, and then what is known: between them nothing is missed.
            self._register(stream, known.subjects(newest or session, stream.address))
            word, until = self._doors.re_check(stream.answer, stream.address)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no
            word, until = Named.POLICY_ERROR, None
        if word:
            self._cut(stream, word)
        elif until is not None and self._loop is not None:
            stream.timer = self._loop.call_later(self._seconds_to(until), self._time_is_up, stream)

    def _register(self, stream: Stream, subjects: frozenset[Subject]) -> None:
        for gone in stream.subjects - subjects:
            streams = self._about[gone]
            streams.discard(stream)
            if not streams:
                del self._about[gone]
        for new in subjects - stream.subjects:
            self._about.setdefault(new, set()).add(stream)
        stream.subjects = subjects

    def _seconds_to(self, until: Instant) -> float:
        return max(1, min(until - self._doors.clock.now(), HOUR)) / SECOND

    def _cut(self, stream: Stream, word: str) -> None:
        self.remove(stream)
        stream.cut(word)
        answer, now = stream.answer, self._doors.clock.now()
        if answer.session is not None:
            self._cuts.append((answer.session.person_id, now))
        self._doors.journal.record(
            Event(
                at=now,
                kind="stream.cut",
                outcome=Outcome.FAILURE,
                actor=answer.session.person_id if answer.session else "",
                session=answer.session.id if answer.session else "",
                address=stream.address,
                reason=word,
                details={"door": stream.door, "app": answer.app.id if answer.app else "", "decision": answer.id},
            )
        )
