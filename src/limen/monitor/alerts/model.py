"""Findings, alerts and cases as they are kept, and what somebody says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.monitor.detections.hit import Level

FOLDED_FOR: Final[Milliseconds] = DAY
"""A finding of the same rule about the same is the same alert as long as the last was not longer ago."""
JOINED_FOR: Final[Milliseconds] = 3 * DAY
"""An alert about somebody who has a case joins it as long as its last finding was not longer ago."""
STORM: Final = 20
"""So many alerts of one rule within an hour are a storm: what it finds from then on is one alert, of one case."""
STORM_WITHIN: Final[Milliseconds] = HOUR
STORM_ENTITY: Final = "many"
"""What the alert of a storm is about. Its findings still say it, each for itself."""
ORDER: Final = tuple(Level)

Subject: TypeAlias = tuple[str, str]
"""Whose score a finding counts for: ("person", id), ("device", id) or ("session", id); ("", "") for nobody's."""


class Verdict(StrEnum):
    """What it turned out to be."""

    REAL = "real"
    DEALT_WITH = "dealt_with"
    """It was real, and is over: what let it happen is put right, so nobody has to be held to it any more."""
    FALSE_ALARM = "false_alarm"
    EXPECTED = "expected"
    """It happened as the rule says, and was meant to."""

    @property
    def releases(self) -> bool:
        """Whether its findings count for nothing any more."""
        return self is not Verdict.REAL

    @property
    def was_real(self) -> bool:
        return self in {Verdict.REAL, Verdict.DEALT_WITH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Alike findings as one. `closed_at` 0: it is open. `case_id`: the case it is part of.

    `count` is how many findings there were, `since` when the first of what they rest on happened, `events` the uids of
    the newest. `session`, `person_id` and `device_id` are those of its first finding.
    """

    id: str
    case_id: str
    rule: str
    title: str
    level: Level
    entity: str
    person_id: str = ""
    device_id: str = ""
    session: str = ""
    opened_at: Instant
    last_at: Instant
    since: Instant
    count: int = 1
    says: dict[str, str | int] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    is_proven: bool = False
    verdict: str = ""
    closed_at: Instant = 0
    closed_by: str = ""
    why: str = ""

    @property
    def is_open(self) -> bool:
        return not self.closed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What belongs together, to be looked at by somebody. `closed_at` 0: it is open; `taken_by`: who looks at it."""

    id: str
    title: str
    level: Level
    opened_at: Instant
    last_at: Instant
    closed_at: Instant = 0
    taken_by: str = ""
    taken_at: Instant = 0

    @property
    def is_open(self) -> bool:
        return not self.closed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What one rule finds (about `entity`, "": about anybody) is kept and counts for nothing, from `since` to `until`.

    It names the rule by its id, so that another text of the rule changes nothing.
    """

    id: str
    rule: str
    entity: str
    since: Instant
    until: Instant
    why: str
    by: str
    ended_at: Instant = 0
    ended_by: str = ""
    count: int = 0

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and self.since <= now < self.until

    def covers(self, rule: str, entity: str) -> bool:
        return self.rule == rule and self.entity in {"", entity}


def worse(one: Level, other: Level) -> Level:
    return max(one, other, key=ORDER.index)


def is_at_least(level: Level, least: Level) -> bool:
    return ORDER.index(level) >= ORDER.index(least)
