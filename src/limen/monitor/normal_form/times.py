"""When it happened, in each way in which sources write it. 0 stands for: it does not say, or not so that it is read."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from limen.clock import DAY, SECOND, Instant

LONGEST_TIME: Final = 48
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_MILLISECONDS_FROM: Final = 1 << 36
_MICROSECONDS_FROM: Final = 1 << 46
_NANOSECONDS_FROM: Final = 1 << 56
"""Numbers from here on are of that unit: in the one before they lie beyond the year 4000."""


def instant(value: object, zone: str = "") -> Instant:
    """ISO 8601 or close to it, or a number of seconds, milli-, micro- or nanoseconds since 1970."""
    if isinstance(value, str):
        if len(value) > LONGEST_TIME:
            return 0
        return _written(value, zone) or _counted(value) or _named(value, zone)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return _from_number(value)


@lru_cache(maxsize=4_096)
def of_syslog(written: str, received_at_day: int, zone: str) -> Instant:
    """`Nov 27 14:17:19`, which has no year: of all years the one in which it is nearest to the day it was received."""
    parts = written.split()
    if len(parts) != 3 or parts[0] not in _MONTHS:
        return 0
    received = datetime.fromtimestamp(received_at_day * DAY / SECOND, UTC)
    found = [_of_year(received.year + by, _MONTHS[parts[0]], parts[1], parts[2], zone) for by in (0, -1, 1)]
    known = [one for one in found if one]
    return min(known, key=lambda one: abs(one - received_at_day * DAY)) if known else 0


@lru_cache(maxsize=4_096)
def of_access_log(written: str) -> Instant:
    """`27/Nov/2026:14:17:19 +0000`, as web servers write it."""
    day, _, rest = written.partition("/")
    month, _, rest = rest.partition("/")
    year, _, clock = rest.partition(":")
    if month not in _MONTHS or len(year) != 4:
        return 0
    return _written(f"{year}-{_MONTHS[month]:02}-{day:>02}T{clock.replace(' ', '')}", "")


def _of_year(year: int, month: int, day: str, clock: str, zone: str) -> Instant:
    return _written(f"{year:04}-{month:02}-{day:>02}T{clock}", zone)


def _written(value: str, zone: str) -> Instant:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return 0
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(zone))
        return max(0, round(moment.timestamp() * SECOND))
    except (ValueError, OverflowError):
        return 0


def _counted(value: str) -> Instant:
    try:
        return _from_number(int(value) if value.isdecimal() else float(value)) if value.isascii() else 0
    except ValueError:
        return 0


def _named(value: str, zone: str) -> Instant:
    """`Nov 27 2026 14:17:19`, as CEF has it."""
    parts = value.split()
    if len(parts) != 4 or parts[0] not in _MONTHS or not parts[2].isdecimal():
        return 0
    return _of_year(int(parts[2]), _MONTHS[parts[0]], parts[1], parts[3], zone)


def _from_number(value: float) -> Instant:
    if not 0 < value < 1 << 63:
        return 0
    if value < _MILLISECONDS_FROM:
        return int(value * SECOND)
    if value < _MICROSECONDS_FROM:
        return int(value)
    return int(value) // (1_000 if value < _NANOSECONDS_FROM else 1_000_000)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError, KeyError):
        return UTC
