"""Instants as people read them, in their language: how long ago, with the exact time in the company's zone in reach."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from babel.dates import format_datetime, format_timedelta
from markupsafe import Markup

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds, to_iso
from limen.messages.catalogue import catalogue, gettext_noop
from limen.policy.saying import Language

_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
_EXACT: Final = {Language.ENGLISH: "EEE d MMM y, HH:mm:ss", Language.GERMAN: "EEE, d. MMM y, HH:mm:ss"}
_DAY_AND_TIME: Final = {Language.ENGLISH: "EEEE 'at' HH:mm", Language.GERMAN: "EEEE 'um' HH:mm 'Uhr'"}
_MOMENT: Final = gettext_noop("a moment")
_NOW: Final = gettext_noop("just now")


def length(milliseconds: Milliseconds, language: Language = Language.ENGLISH) -> str:
    """`3 hours`, `1 day`; below a minute `a moment`."""
    for size, _ in _UNITS:
        if milliseconds >= size:
            return _said(milliseconds // size, size, language, is_directed=False)
    return catalogue(language).gettext(_MOMENT)


def relative(instant: Instant, now: Instant, language: Language = Language.ENGLISH) -> str:
    """`3 hours ago`, `in 2 days`, `just now`."""
    apart = instant - now
    if abs(apart) < 45 * SECOND:
        return catalogue(language).gettext(_NOW)
    size = next((size for size, _ in _UNITS if abs(apart) >= size), MINUTE)
    count = max(abs(apart) // size, 1)
    return _said(count if apart > 0 else -count, size, language, is_directed=True)


@lru_cache(maxsize=1024)
def _said(count: int, size: Milliseconds, language: Language, *, is_directed: bool) -> str:
    """So many whole units in words, without rounding them into a larger one."""
    unit = next(name for one, name in _UNITS if one == size)
    apart = timedelta(milliseconds=count * size)
    locale = language.value
    return format_timedelta(apart, granularity=unit, threshold=1e9, add_direction=is_directed, locale=locale)  # type: ignore[arg-type]


def exact(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`Tue 24 Nov 2026, 10:30:00 CET`."""
    moment = datetime.fromtimestamp(instant / 1000, zone)
    return f"{format_datetime(moment, _EXACT[language], locale=language.value)} {moment:%Z}"


def clock_time(instant: Instant, zone: tzinfo) -> str:
    """`10:30:05`, for lists of what has just happened."""
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%H:%M:%S")


def day_and_time(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`Wednesday at 06:00`."""
    moment = datetime.fromtimestamp(instant / 1000, zone)
    return format_datetime(moment, _DAY_AND_TIME[language], locale=language.value)


def time_tag(instant: Instant, text: str, zone: tzinfo, language: Language = Language.ENGLISH) -> Markup:
    """`text` as a time element, the exact instant on hover."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        to_iso(instant), exact(instant, zone, language), text
    )


def start_of_day(now: Instant, zone: tzinfo) -> Instant:
    moment = datetime.fromtimestamp(now / 1000, zone)
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
