"""The newest events, in memory: for the console's live view, its charts, and look-ups that must answer at once."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final, Self

from limen.clock import HOUR, Instant
from limen.events import Event, instant_of
from limen.facts import LIMEN
from limen.storage.journal.folding import Fold

RING = 4_000
"""How many events are kept in memory."""
CLIENT_QUEUE = 512
"""How many events a live client may be behind before it is dropped."""

HourCounts = dict[int, dict[str, int]]
"""For the first instant of each hour, how many events of which sort: an effect for decisions, else the kind.

Decisions about Limen itself are counted once more by themselves, as `limen permit`.
"""
OWN: Final = f"{LIMEN} "


Written = Event | Fold
"""What has been written down. A fold becomes an event when somebody looks: most are never looked at."""


def as_event(written: Written) -> Event:
    return written.event() if isinstance(written, Fold) else written


def _when(written: Written) -> Instant:
    """Its instant. An older Limen gave what it found of the break-glass segment no id."""
    return instant_of(written.id) if written.id else as_event(written).at


def count_in(hours: HourCounts, written: Written) -> None:
    """Add one event to `hours`."""
    if isinstance(written, Fold):
        at, sort, app = written.decision.now, written.effect.value, written.decision.facts.app.id
    else:
        at, record = written.at, written.decision
        sort, app = (record.effect, record.app) if record is not None else (written.kind, "")
    sorts = hours.setdefault(at - at % HOUR, {})
    for one in (sort, OWN + sort) if app == LIMEN else (sort,):
        sorts[one] = sorts.get(one, 0) + written.count


def add_hours(hours: HourCounts, more: HourCounts) -> None:
    """Add the counts of `more` to `hours`."""
    for hour, sorts in more.items():
        into = hours.setdefault(hour, {})
        for sort, count in sorts.items():
            into[sort] = into.get(sort, 0) + count


class Recent:
    """A ring of events, first in first out. Written by the journal's thread, and where copies come, by theirs."""

    def __init__(self, size: int = RING) -> None:
        self._events: deque[Written] = deque(maxlen=size)
        self._by_id: dict[str, Written] = {}
        self._lock = threading.Lock()
        self.hours: HourCounts = {}
        self.since: Instant = 0
        """All that happened after this instant, or little later, is in memory."""

    def load(self, events: Iterable[Written], since: Instant = 0) -> None:
        """Take in events of an earlier run; they are counted elsewhere. From `since` on they are all there are."""
        with self._lock:
            self.since = max(self.since, since)
            for event in events:
                self._put(event)

    def add(self, events: Sequence[Written]) -> None:
        """Take in and count events that have just become durable; none twice, where two chains have it."""
        with self._lock:
            for event in events:
                if not event.id or event.id not in self._by_id:
                    self._put(event)
                    count_in(self.hours, event)

    def _put(self, event: Written) -> None:
        if len(self._events) == self._events.maxlen:
            gone = self._events[0]
            self.since = max(self.since, _when(gone))
            self._by_id.pop(gone.id, None)
        self._events.append(event)
        self._by_id[event.id] = event

    def get(self, event_id: str) -> Event | None:
        written = self._by_id.get(event_id)
        return None if written is None else as_event(written)

    def newest(self, limit: int, where: Callable[[Event], bool] | None = None) -> list[Event]:
        """Up to `limit` events that `where` holds for, newest first."""
        with self._lock:
            events = sorted(self._events, key=_when)[::-1]  # a copy's may have come late
        found: list[Event] = []
        for event in map(as_event, events):
            if where is None or where(event):
                found.append(event)
                if len(found) >= limit:
                    break
        return found

    def forget(self, which: Callable[[Event], bool]) -> None:
        """Drop events that were erased on disk; what was counted stays counted."""
        with self._lock:
            gone = {event.id for event in map(as_event, self._events) if which(event)}
            if gone:
                self._events = deque((one for one in self._events if one.id not in gone), maxlen=self._events.maxlen)
                for event_id in gone:
                    self._by_id.pop(event_id, None)

    def counts(self, since: Instant) -> HourCounts:
        with self._lock:
            return {hour: dict(sorts) for hour, sorts in self.hours.items() if hour + HOUR > since}


class Live:
    """One client's view of events as they become durable: `async for event in live`. Close it, or use `async with`.

    It ends (the loop is left) when the client has fallen too far behind: a slow client is dropped, never an event.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, leave: Callable[[Live], None], size: int = CLIENT_QUEUE
    ) -> None:
        self._loop = loop
        self._leave = leave
        self._waiting: deque[Event] = deque()
        self._size = size
        self._news = asyncio.Event()
        self.is_open = True
        self.was_too_slow = False

    def push(self, events: Sequence[Event]) -> None:
        """From any thread: hand over a batch."""
        if self.is_open and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, events)

    def skip(self) -> None:
        """Pass over what has arrived by now: for who looks at everything anew."""
        self._waiting.clear()

    def close(self) -> None:
        self.is_open = False
        self._leave(self)
        self._news.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def __aiter__(self) -> AsyncIterator[Event]:
        async for event in self.with_pauses(None):
            if event is not None:
                yield event

    async def with_pauses(self, seconds: float | None) -> AsyncIterator[Event | None]:
        """The events; and None whenever none came for that many seconds, so that the reader can look around."""
        while self.is_open:
            while self._waiting:
                yield self._waiting.popleft()
            self._news.clear()
            if self.is_open:
                try:
                    async with asyncio.timeout(seconds):
                        await self._news.wait()
                except TimeoutError:
                    yield None

    def _take(self, events: Sequence[Event]) -> None:
        if len(self._waiting) + len(events) > self._size and self._waiting:
            self.was_too_slow = True
            self._waiting.clear()
            self.close()
            return
        self._waiting.extend(events)
        self._news.set()
