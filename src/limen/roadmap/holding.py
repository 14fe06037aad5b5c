"""Hold, then close: when a control counts as closed, when a phase does, and when they open again. Pure.

A control is met at an instant; it is closed once it was met on each of `HOLD_DAYS` days in a row. A day counts where it
was looked at over at least `LOOKED_OVER` of it, so that no jump of the clock makes one. Once closed, it opens again
when it was not met for `REOPENS_AFTER`, in at least `REOPENS_LOOKS` looks: a jump of the clock opens nothing either.
A look at which it is met takes back one at which it was not: what is met for an hour a day is not met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from limen.clock import HOUR, Instant, Milliseconds
from limen.roadmap.model import MOST_ATTESTED, Control, Grade, Measured, Phase

HOLD_DAYS: Final = 14
LOOKED_OVER: Final[Milliseconds] = 6 * HOUR
REOPENS_AFTER: Final[Milliseconds] = 24 * HOUR
REOPENS_LOOKS: Final = 6


@dataclass(frozen=True, slots=True)
class Day:
    """How a control stood on a day; `is_met`: at every look. `numerator` and `denominator` are those of its worst part
    at the last one, `share` is how far it is of what is asked; `first_at` and `last_at` are the first and last look.
    """

    control: str
    day: date
    first_at: Instant
    last_at: Instant
    numerator: int
    denominator: int
    grade: Grade
    share: float
    is_met: bool

    @property
    def counts(self) -> bool:
        """Whether the day counts among those in a row."""
        return self.is_met and self.last_at - self.first_at >= LOOKED_OVER


@dataclass(frozen=True, slots=True)
class Standing:
    """How a control stands over time. `closed_at` and `below_since` are 0 where it is not; `looks_below` is how often
    it was looked at since then.
    """

    control: str
    closed_at: Instant = 0
    below_since: Instant = 0
    looks_below: int = 0

    @property
    def is_closed(self) -> bool:
        return self.closed_at > 0


def day_of(measured: Measured, day: date, before: Day | None) -> Day:
    """How a day stands with this look, after the one before on the same day. It is met where it was at every look."""
    worst = measured.worst
    return Day(
        control=measured.control,
        day=day,
        first_at=min(before.first_at, measured.at) if before else measured.at,
        last_at=max(before.last_at, measured.at) if before else measured.at,
        numerator=worst.numerator if worst and worst.is_known else 0,
        denominator=worst.denominator if worst and worst.is_known else 0,
        grade=measured.grade,
        share=measured.share,
        is_met=measured.is_met and (before is None or before.is_met),
    )


def days_held(days: Mapping[date, Day], today: date) -> int:
    """How many days in a row it was met, up to today, or up to yesterday where today is not long enough yet."""
    day = today if (now := days.get(today)) is not None and now.counts else today - timedelta(days=1)
    if now is not None and not now.is_met:
        return 0
    held = 0
    while (found := days.get(day)) is not None and found.counts:
        held, day = held + 1, day - timedelta(days=1)
    return held


def stood(before: Standing, measured: Measured, held: int) -> Standing:
    """How it stands after this look, with so many days held."""
    if measured.is_met:
        closed_at = before.closed_at or (measured.at if held >= HOLD_DAYS else 0)
        looks = before.looks_below - 1
        return Standing(before.control, closed_at, before.below_since if looks > 0 else 0, max(0, looks))
    if not before.is_closed:
        return Standing(before.control)
    below = replace(before, below_since=before.below_since or measured.at, looks_below=before.looks_below + 1)
    is_over = measured.at - below.below_since >= REOPENS_AFTER and below.looks_below >= REOPENS_LOOKS
    return Standing(before.control) if is_over else below


@dataclass(frozen=True, slots=True)
class PhaseStanding:
    """`open` are the ids of the controls that it needs and that are not closed; `attested` of those that rest on what
    somebody said.
    """

    phase: Phase
    open: tuple[str, ...]
    attested: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        return not self.open and len(self.attested) <= MOST_ATTESTED


def phases(
    controls: Iterable[Control], standings: Mapping[str, Standing], measured: Mapping[str, Measured]
) -> tuple[PhaseStanding, ...]:
    """All four, in their order. A phase without a control that it needs is never closed."""
    needed = [one for one in controls if one.is_must]
    return tuple(
        _phase(phase, [one.id for one in needed if one.phase is phase], standings, measured) for phase in Phase
    )


def _phase(
    phase: Phase, ids: Sequence[str], standings: Mapping[str, Standing], measured: Mapping[str, Measured]
) -> PhaseStanding:
    is_open = [one for one in ids if not standings.get(one, Standing(one)).is_closed]
    attested = [one for one in ids if one in measured and measured[one].grade is Grade.ATTESTED]
    return PhaseStanding(phase, tuple(is_open or ([] if ids else ["-"])), tuple(attested))
