"""Days in the company's time zone: today, a day that somebody wrote, when one begins, and from when whoever starts may
set up how they sign in.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from limen.clock import SECOND, Instant, Milliseconds
from limen.identity.errors import NotYetError, UnfitError
from limen.identity.model import GOOD_FOR, LinkPurpose
from limen.settings import Settings

FIX: Final = "write it as 2026-12-18"
ENROLS_BEFORE: Final = timedelta(days=1)
UNTIL_SAID: Final = date.max
"""The first day of somebody whose source says one that can't be read: they have not started before it says one."""


def today(settings: Settings, now: Instant) -> date:
    return datetime.fromtimestamp(now / SECOND, settings.zone).date()


def read_day(field: str, text: str) -> date | None:
    """A day that somebody wrote into this field; None for "". Raises UnfitError for what is none."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-12-18") else None
    except ValueError:
        day = None
    if day is None:
        raise UnfitError(field, "This is not a valid date", FIX)
    return day


def begins_at(settings: Settings, day: date) -> Instant:
    """When a day begins."""
    return int(datetime.combine(day, time.min, settings.zone).timestamp()) * SECOND


def refuse_too_early(settings: Settings, first_day: date | None, now: Instant) -> None:
    """Raises NotYetError where somebody with this first day can't set up yet how they sign in."""
    if first_day is not None and today(settings, now) < first_day - ENROLS_BEFORE:
        raise NotYetError(begins_at(settings, first_day - ENROLS_BEFORE))


def invitation_lasts(settings: Settings, first_day: date | None, now: Instant) -> Milliseconds:
    """How long an invitation is good that is issued now: its usual time from when it can be used first."""
    usual = GOOD_FOR[LinkPurpose.INVITATION]
    if first_day is None:
        return usual
    return usual + max(0, begins_at(settings, first_day - ENROLS_BEFORE) - now)
