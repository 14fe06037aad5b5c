"""The plan: two months for each phase, from the day on which the roadmap was measured first. It is advice. Pure.

A company may begin with any phase, and nothing waits for the one before it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from limen.roadmap.model import Phase

MONTHS_EACH: Final = 2


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """`begins` is its first day and `ends` the first day after it. `is_late`: it is past its end and not closed."""

    phase: Phase
    begins: date
    ends: date
    is_closed: bool
    is_late: bool


def plan(begins: date, today: date, closed: Mapping[int, object]) -> tuple[PlannedPhase, ...]:
    """All four phases, from the day on which it began; `closed` holds those that are."""
    return tuple(_planned(phase, begins, today, is_closed=int(phase) in closed) for phase in Phase)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _planned(phase: Phase, begins: date, today: date, *, is_closed: bool) -> PlannedPhase:
    first = months_after(begins, MONTHS_EACH * (phase - 1))
    end = months_after(begins, MONTHS_EACH * phase)
    return PlannedPhase(phase, first, end, is_closed, is_late=today >= end and not is_closed)
