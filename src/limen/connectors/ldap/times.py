"""Time as directories write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from limen.clock import Instant
from limen.connectors.ldap.entries import Entry

NEVER: Final = (1 << 63) - 1
"""What Active Directory writes for an account that never expires; 0 means the same."""
_GENERALIZED: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,]\d{1,9})?(Z|[+-]\d{2}(?:\d{2})?)", re.ASCII
)
_WINDOWS_EPOCH: Final = -11_644_473_600_000
"""The first of January 1601 (MS-DTYP section 2.3.3, FILETIME), as an instant."""
_LATEST: Final = 253_402_300_799_000
"""The end of the year 9999."""


def instant_of(entry: Entry, name: str) -> Instant:
    """When an attribute says, written in either way; 0 where it says nothing that can be read."""
    number = entry.number(name)
    return from_file_time(number) if number is not None else from_generalized(entry.text(name))


def from_file_time(ticks: int) -> Instant:
    """From units of 100 ns since 1601; 0 for none, never, and what lies outside the years that are counted."""
    if not 0 < ticks < NEVER:
        return 0
    at = ticks // 10_000 + _WINDOWS_EPOCH
    return at if 0 < at <= _LATEST else 0


def from_generalized(text: str) -> Instant:
    """From RFC 4517 section 3.3.13, `20261201093000Z`; 0 for what is none."""
    found = _GENERALIZED.fullmatch(text)
    if found is None:
        return 0
    *parts, zone = found.groups()
    try:
        at = datetime(*(int(part or 0) for part in parts), tzinfo=UTC)  # type: ignore[misc,arg-type]
        away = timedelta(0) if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[3:] or 0))
        moment = at + away if zone.startswith("-") else at - away
        return max(0, int(moment.timestamp()) * 1_000)
    except (ValueError, OverflowError):
        return 0
