"""ClickHouse or NATS that is away for long: a warning of `/readyz`, and an event an hour, of which an alert is made.
ClickHouse that has no more what it had: an event.

A short outage is nothing to wake anybody for: events wait and come later. After an hour somebody has to look, while
this machine still has room for what waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from limen.clock import HOUR, MINUTE, Instant
from limen.events import Event
from limen.monitor.link import Elsewhere, Health

KIND: Final = "event_engine.away"
SET_BACK: Final = "event_engine.set_back"
LONG: Final = HOUR
"""So long it may be away before anybody is told, and so long lies between two events."""
LOOK_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Away:
    """An engine that does not do its part, since when, and how many events wait for it here."""

    engine: str
    since: Instant
    waiting: int = 0

    def minutes(self, now: Instant) -> int:
        return max(0, now - self.since) // MINUTE


def away_for_long(health: Health | None, now: Instant) -> Iterator[Away]:
    """Those that are away for more than an hour, as the process that watches says."""
    if health is None:
        return
    for engine, state, waiting in (
        ("ClickHouse", health.elsewhere, health.elsewhere.behind if health.elsewhere else 0),
        ("NATS", health.streamed, 0),
    ):
        if state is not None and state.wrong and state.since and now - state.since > LONG:
            yield Away(engine, state.since, waiting)


@dataclass(slots=True)
class Telling:
    """Tells of them. `record` takes events for the journal. Used on the event loop."""

    health: Callable[[], Health | None]
    now: Callable[[], Instant]
    record: Callable[[Event], object]
    _told: dict[str, Instant] = field(default_factory=dict)
    _set_back: tuple[int, int] = (0, 0)

    def warnings(self) -> Iterator[str]:
        """For `/readyz`; decisions depend on none of it."""
        for one in away_for_long(self.health(), self.now()):
            yield f"{one.engine} has been away for {one.minutes(self.now())} minutes: run limen doctor"

    async def look(self) -> None:
        """Have an event for each that is away for long: with the first look that finds it, then once an hour. And one
        for what ClickHouse lost since the last look.
        """
        health, now = self.health(), self.now()
        if health is not None and health.elsewhere is not None:
            self._tell_what_was_lost(health.elsewhere, now)
        found = {one.engine: one for one in away_for_long(health, now)}
        self._told = {engine: at for engine, at in self._told.items() if engine in found}
        for engine, one in found.items():
            if engine in self._told and 0 <= now - self._told[engine] < LONG:
                continue
            self._told[engine] = now
            details: dict[str, str | int | bool] = {
                "engine": engine,
                "minutes": one.minutes(now),
                "waiting": one.waiting,
            }
            self.record(Event(at=now, kind=KIND, details=details))

    def _tell_what_was_lost(self, its: Elsewhere, now: Instant) -> None:
        """The figures begin at 0 with each process that watches."""
        before, self._set_back = self._set_back, (its.set_back, its.gone)
        events, gone = its.set_back, its.gone
        if before[0] <= its.set_back:
            events, gone = events - before[0], gone - before[1]
        if events:
            details: dict[str, str | int | bool] = {"engine": "ClickHouse", "events": events, "gone": gone}
            self.record(Event(at=now, kind=SET_BACK, details=details))
