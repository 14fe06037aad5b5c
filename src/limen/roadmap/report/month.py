"""What became of the roadmap in a month: what was met at its begin and at its end, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from limen.clock import DAY, Instant
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Day
from limen.roadmap.model import Control, Grade

SOON: Final = 30 * DAY
"""What ends so soon is said."""


@dataclass(frozen=True, slots=True)
class Month:
    """From day `since` to day `until`, of `whole` controls. `met_before` were met on the first day on record in it, and
    `met` on the last; `won` and `lost` are what changed between. `unknown` could not be measured, `ending` exceptions
    end soon, `next` is what removes most risk, None where nothing is left.
    """

    since: date
    until: date
    whole: int
    met_before: int
    met: int
    won: tuple[Control, ...]
    lost: tuple[Control, ...]
    unknown: int
    ending: int
    next: Control | None


def month_before(day: date) -> tuple[date, date]:
    """The first and the last day of the month before that of `day`."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def month_of(
    days: Mapping[str, Mapping[date, Day]],
    since: date,
    until: date,
    exceptions: Iterable[RoadmapException],
    now: Instant,
    controls: Iterable[Control],
) -> Month | None:
    """The month, as its days are on record; None where none is."""
    controls = tuple(controls)
    of_month = {one.id: _within(days.get(one.id, {}), since, until) for one in controls}
    if not any(of_month.values()):
        return None
    before = {name for name, kept in of_month.items() if kept and kept[0].is_met}
    after = {name for name, kept in of_month.items() if kept and kept[-1].is_met}
    known = {name for name, kept in of_month.items() if kept and kept[-1].grade is not Grade.UNKNOWN}
    open_ones = [one for one in controls if one.id not in after]
    return Month(
        since,
        until,
        len(controls),
        len(before),
        len(after),
        tuple(one for one in controls if one.id in after - before),
        tuple(one for one in controls if one.id in before - after),
        len(controls) - len(known),
        sum(one.counts(now) and one.until <= now + SOON for one in exceptions),
        min(open_ones, key=lambda one: (not one.is_must, -one.weight, one.phase), default=None),
    )


def _within(kept: Mapping[date, Day], since: date, until: date) -> list[Day]:
    return [one for day, one in sorted(kept.items()) if since <= day <= until]
