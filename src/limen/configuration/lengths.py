"""Lengths of time as folder files have them: `15m`, `12h`, `3d`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

from limen.clock import DAY, HOUR, MINUTE, Milliseconds

_LENGTH: Final = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS: Final = {"m": MINUTE, "h": HOUR, "d": DAY}

Length = Annotated[str, Field(pattern=r"^\d{1,4}(m|h|d)$")]


def length_of(written: str) -> Milliseconds:
    """A length of time as it is written: `15m`, `12h`, `3d`. Raises ValueError for anything else."""
    found = _LENGTH.fullmatch(written)
    if found is None:
        raise ValueError(written)
    return int(found[1]) * _UNITS[found[2]]


def length_text(length: Milliseconds) -> str:
    """As it is written, in the longest unit that fits."""
    unit, size = next((name, size) for name, size in reversed(_UNITS.items()) if length % size == 0 or name == "m")
    return f"{length // size}{unit}"
