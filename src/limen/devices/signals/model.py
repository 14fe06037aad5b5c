"""A risk signal in its one normal form: what is known of a device, who says so, from when until when, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from limen.clock import DAY, Instant, Milliseconds

LONGEST: Final[Milliseconds] = 90 * DAY
"""No signal counts for longer, whatever its source says."""


class Level(IntEnum):
    """What policies read as `device.risk`: 0 nothing known against it, 1 low, 2 medium, 3 high."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Topic(StrEnum):
    """What it is about."""

    MALWARE = "malware"
    BEHAVIOUR = "behaviour"
    NETWORK = "network"
    HEALTH = "health"
    SESSION = "session"
    OTHER = "other"


class End(StrEnum):
    """Why a signal does not count any more."""

    OVER = "over"  # its time is
    RESOLVED = "resolved"  # its source says so
    WITHDRAWN = "withdrawn"  # somebody of the company says so


@dataclass(frozen=True, slots=True)
class Named:
    """How a source names a device; whatever of it is known. `id` is Limen's own, `addresses` the likeliest first."""

    id: str = ""
    serial: str = ""
    name: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a source says. `ref` is the source's name for it; told again, it is the same signal.

    `at`: when it was so, by the source's clock (0: it does not say). `until`: its end (0: the source's usual one).
    `level` is NONE where what was told before has ended.
    """

    ref: str
    named: Named
    level: Level
    topic: Topic = Topic.OTHER
    title: str = ""
    at: Instant = 0
    until: Instant = 0


@dataclass(frozen=True, slots=True)
class Alive:
    """The sensor on a device has spoken, or (`is_gone`) its source says that it has stopped."""

    named: Named
    at: Instant = 0
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What one message comes to. `passed_over`: how many things in it say nothing about a device."""

    told: tuple[Told, ...] = ()
    alive: tuple[Alive, ...] = ()
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal as it is kept. It counts from `since` until `until`, or until it `ended_at` (0: it has not).

    `changed_at`: when it was so last, by the source's clock. `ended_by`: who ended it, "" where that was nobody of the
    company. `did`: what was done about the device, a word of `WhenHigh`, or "".
    """

    id: str
    device_id: str
    source: str
    ref: str
    level: Level
    topic: Topic
    title: str
    since: Instant
    until: Instant
    changed_at: Instant
    heard_at: Instant
    did: str = ""
    ended_at: Instant = 0
    ended_why: str = ""
    ended_by: str = ""

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and now < self.until


def risk_of(signals: tuple[Signal, ...], now: Instant) -> Level:
    """The worst that is said of a device at an instant."""
    return max((one.level for one in signals if one.counts(now)), default=Level.NONE)
