"""Sources whose clocks are wrong by whole half hours, as after a summer that nobody told them of: found, and said.

A clock that is ahead is not believed anyway (`drafts.believed`). One that is behind can't be told from a line that is
slow, unless it stays behind by the same. Nothing is corrected: what a source said stays what it said.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

import msgspec

from limen.clock import HOUR, MINUTE, Instant, Milliseconds, from_iso
from limen.monitor.normal_form.drafts import CLOCK, SAID_AT
from limen.monitor.normal_form.event import NormalEvent

EVENTS: Final = 20
"""Of so many events the one that came fastest tells how far a clock is off."""
APART: Final[Milliseconds] = 10 * MINUTE
"""It must be so twice, so far apart: a backlog that is sent later grows younger."""
_STEP: Final[Milliseconds] = 30 * MINUTE
_LEEWAY: Final[Milliseconds] = 2 * MINUTE
_MOST: Final[Milliseconds] = 14 * HOUR
_MOST_CLOCKS: Final = 10_000


class Off(NamedTuple):
    """A machine's clock, and how far it is ahead, behind where that is negative; `since` when that is known."""

    source: str
    host: str
    by: Milliseconds
    since: Instant


class _Clock(msgspec.Struct, array_like=True):
    source: str
    host: str
    events: int = 0
    least: Milliseconds = 0
    steps: int = 0
    since: Instant = 0
    is_off: bool = False

    @property
    def off(self) -> Off:
        return Off(self.source, self.host, -self.steps * _STEP, self.since)


class Clocks:
    """All clocks that were heard of lately; of more than some thousands the ones that are silent longest are left."""

    def __init__(self) -> None:
        self._clocks: OrderedDict[tuple[str, str], _Clock] = OrderedDict()

    def see(self, event: NormalEvent) -> Off | None:
        """Takes note of when an event happened, as its source says, and when it came. What is off now and was not."""
        doubt = event.fields.get(CLOCK)
        said = event.at if doubt is None else _said(event) if doubt == "ahead" else 0
        if not said:
            return None
        clock = self._clock(event.source, event.host)
        lag = event.received_at - said
        clock.least = lag if not clock.events or abs(lag) < abs(clock.least) else clock.least
        clock.events += 1
        if clock.events < EVENTS:
            return None
        was_off = clock.is_off
        _judge(clock, event.received_at)
        return clock.off if clock.is_off and not was_off else None

    def off(self) -> list[Off]:
        """Whose clock is off now, by how much."""
        return [one.off for one in self._clocks.values() if one.is_off]

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode(list(self._clocks.values()))

    @classmethod
    def of(cls, snapshot: bytes) -> Clocks:
        """What a snapshot remembers. Raises ValueError where it is none."""
        found = cls()
        for one in msgspec.msgpack.decode(snapshot, type=list[_Clock]):
            found._clocks[one.source, one.host] = one
        return found

    def _clock(self, source: str, host: str) -> _Clock:
        clock = self._clocks.get((source, host))
        if clock is None:
            clock = self._clocks[source, host] = _Clock(source, host)
            if len(self._clocks) > _MOST_CLOCKS:
                self._clocks.popitem(last=False)
        self._clocks.move_to_end((source, host))
        return clock


def _judge(clock: _Clock, now: Instant) -> None:
    steps = round(clock.least / _STEP)
    is_whole = steps != 0 and abs(clock.least) <= _MOST and abs(clock.least - steps * _STEP) <= _LEEWAY
    if not is_whole:
        clock.steps, clock.is_off = 0, False
    elif steps != clock.steps:
        clock.steps, clock.since, clock.is_off = steps, now, False
    else:
        clock.is_off = now - clock.since >= APART
    clock.events = 0


def _said(event: NormalEvent) -> Instant:
    try:
        return from_iso(str(event.fields.get(SAID_AT, "")))
    except ValueError:
        return 0
