"""How much something is, as people read it."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP: Final = 1_000


def size(number: int) -> str:
    """A number of bytes in decimal units (IEC 80000-13): `950 B`, `1.5 MB`, `12 GB`."""
    value, place = float(max(number, 0)), 0
    while round(value) >= _STEP and place < len(_UNITS) - 1:
        value, place = value / _STEP, place + 1
    return f"{value:.1f} {_UNITS[place]}" if place and value < 10 else f"{value:.0f} {_UNITS[place]}"
