"""Time as Limen counts it: instants, never ages. Pure code gets `now` as an argument; only the edges hold a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeAlias

Instant: TypeAlias = int
"""Milliseconds since the Unix epoch, UTC."""

Milliseconds: TypeAlias = int

SECOND: Milliseconds = 1_000
MINUTE: Milliseconds = 60 * SECOND
HOUR: Milliseconds = 60 * MINUTE
DAY: Milliseconds = 24 * HOUR
APART: Milliseconds = 2 * HOUR
"""How far apart the wall clocks of two machines may be, or one before and after it is set. What was spent or ended, and
is over by this clock, is forgotten so much later: by another, or by this one set back, it could count once more.
"""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where the edges of Limen read the time."""

    def now(self) -> Instant:
        """The wall clock, in milliseconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, also while the machine sleeps; for leases and timeouts, never for facts."""
        ...


def _monotonic() -> Callable[[], float]:
    """The clock that goes on while the machine sleeps, where there is one (Linux, clock_gettime(2)): a lease that was
    slept through is over. macOS and the BSDs have none by this name.
    """
    awake_or_not = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic if awake_or_not is None else partial(time.clock_gettime, awake_or_not)


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Instant:
        return time.time_ns() // 1_000_000

    monotonic = staticmethod(_monotonic())


class SetClock:
    """A clock that stands still until it is told to move: for tests, what-if and the demo's scripted day."""

    def __init__(self, now: Instant) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> Instant:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def set_to(self, now: Instant) -> None:
        """Somebody sets the wall clock, which may be back; the other goes on."""
        self._now = now

    def forward(self, by: Milliseconds) -> None:
        self._now += by
        self._monotonic += by / SECOND


def to_iso(instant: Instant) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-24T09:30:00.000Z`."""
    moment = datetime.fromtimestamp(instant // 1000, UTC).replace(microsecond=instant % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> Instant:
    """Read RFC 3339; a text without an offset is UTC.

    Raises ValueError when it is no date and time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
