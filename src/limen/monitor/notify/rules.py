"""`notify:` in `monitor.yaml`, as it is in force: by which channels people hear of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from limen.clock import Instant, Milliseconds
from limen.monitor.detections.hit import Level


class Kind(StrEnum):
    """How a channel is reached."""

    MAIL = "mail"
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there: weekdays (0 Monday) and minutes of the day, in the company's time zone."""

    days: tuple[int, ...]
    start: int
    end: int

    def next_open(self, now: Instant, zone: tzinfo) -> Instant:
        """The next instant at which somebody is there; now, if somebody is."""
        at = datetime.fromtimestamp(now / 1000, zone)
        for ahead in range(8):
            midnight = (at + timedelta(days=ahead)).replace(hour=0, minute=0, second=0, microsecond=0)
            opens, closes = midnight + timedelta(minutes=self.start), midnight + timedelta(minutes=self.end)
            if midnight.weekday() in self.days and at < closes:
                return max(now, int(opens.timestamp() * 1000))
        return now


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel hears of cases that are at least this bad; `to` are addresses of mail.

    `after_ms`: only of those that nobody has taken for so long (0: at once). `hours`: what is not critical waits until
    somebody is there. `most_a_day`: beyond it, it gets one summary an hour. `requests`: it hears of requests for access
    as well.
    """

    kind: Kind
    at_level: Level = Level.HIGH
    to: tuple[str, ...] = ()
    after_ms: Milliseconds = 0
    hours: Hours | None = None
    most_a_day: int = 20
    requests: bool = False


@dataclass(frozen=True, slots=True)
class NotifyRules:
    """The channels by their names."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
