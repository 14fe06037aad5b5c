"""Lengths of time as Cedar takes them and people read them."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Milliseconds

_UNITS: Final = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1))


def length_text(length: Milliseconds) -> str:
    """`1h30m`."""
    rest, parts = abs(length), ""
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        parts += f"{count}{unit}" if count else ""
    return f"-{parts}" if length < 0 else parts or "0s"
