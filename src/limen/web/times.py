"""Instants as people read them: how long ago, with the exact time in the company's zone within reach."""

from __future__ import annotations

from datetime import datetime, tzinfo

from markupsafe import Markup

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds, to_iso

_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))


def length(milliseconds: Milliseconds) -> str:
    """`3 hours`, `1 day`; below a minute `a moment`."""
    for size, unit in _UNITS:
        if milliseconds >= size:
            count = milliseconds // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "a moment"


def relative(instant: Instant, now: Instant) -> str:
    """`3 hours ago`, `in 2 days`, `just now`."""
    apart = now - instant
    if abs(apart) < 45 * SECOND:
        return "just now"
    return f"{length(max(apart, MINUTE))} ago" if apart > 0 else f"in {length(max(-apart, MINUTE))}"


def exact(instant: Instant, zone: tzinfo) -> str:
    """`Tue 24 Nov 2026, 10:30:00 CET`."""
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%a %-d %b %Y, %H:%M:%S %Z")


def clock_time(instant: Instant, zone: tzinfo) -> str:
    """`10:30:05`, for lists of what has just happened."""
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%H:%M:%S")


def day_and_time(instant: Instant, zone: tzinfo) -> str:
    """`Wednesday at 06:00`."""
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%A at %H:%M")


def time_tag(instant: Instant, text: str, zone: tzinfo) -> Markup:
    """`text` as a time element, the exact instant on hover."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(to_iso(instant), exact(instant, zone), text)


def start_of_day(now: Instant, zone: tzinfo) -> Instant:
    moment = datetime.fromtimestamp(now / 1000, zone)
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
