"""What Authelia writes in several ways: lists that may be one word, lengths of time, and what is filled in later."""

from __future__ import annotations

import re
from typing import Any, Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Milliseconds

_UNITS: Final[dict[str, Milliseconds]] = {
    "s": SECOND, "second": SECOND, "seconds": SECOND,
    "m": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY,
    "w": 7 * DAY, "week": 7 * DAY, "weeks": 7 * DAY,
    "M": 30 * DAY, "month": 30 * DAY, "months": 30 * DAY,
    "y": 365 * DAY, "year": 365 * DAY, "years": 365 * DAY,
}  # fmt: skip
_LENGTH: Final = re.compile(r"\s*(\d{1,9})\s*([A-Za-z]+)")
_FILLED_IN: Final = re.compile(r"\{\{.*\}\}|\$[\w{*#$@!?-]", re.DOTALL)
"""Templates, and what Go's `os.Expand` takes for a variable: `$NAME`, `${NAME}`, and a dollar with some signs."""


def words(value: Any) -> list[Any]:
    """A list, also where one value alone is written."""
    return value if isinstance(value, list) else [] if value is None else [value]


def length(value: Any) -> Milliseconds | None:
    """A length of time: seconds as a number, or `1h`, `5 minutes`, `1 hour and 30 minutes`; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value * SECOND
    if not isinstance(value, str) or len(value) > 100:
        return None
    if value.isascii() and value.isdigit():
        return int(value[:9]) * SECOND
    total, at = 0, 0
    for found in _LENGTH.finditer(value):
        between = value[at : found.start()].replace("and", "").strip(" ,")
        unit = _UNITS.get(found[2]) or _UNITS.get(found[2].lower())
        if between or unit is None:
            return None
        total, at = total + int(found[1]) * unit, found.end()
    return total if at and not value[at:].strip() else None


def is_filled_in(value: Any) -> bool:
    """Whether the value is not here: Authelia fills it in from a file or the environment when it starts."""
    return isinstance(value, str) and _FILLED_IN.search(value) is not None
