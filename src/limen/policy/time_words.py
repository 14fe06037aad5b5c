"""Lengths of time, times of day and lists, as English sentences about policies have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Milliseconds

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS: Final = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1))


def length_text(length: Milliseconds) -> str:
    """`1h30m`: as Cedar takes it and people read it."""
    text = "".join(f"{count}{unit}" for count, unit in _counted(abs(length))) or "0s"
    return f"-{text}" if length < 0 else text


def length_short(length: Milliseconds) -> str:
    """`1 h 30 min`, to the second: a comparison that holds at four hours sharp differs a millisecond later."""
    whole = max(0, round(length / SECOND)) * SECOND
    return " ".join(f"{count} {'min' if unit == 'm' else unit}" for count, unit in _counted(whole)) or "0 s"


def length_words(length: Milliseconds) -> str:
    """`4 hours`, `an hour`, `90 minutes`."""
    for name, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if length >= size and length % size == 0:
            count = length // size
            return f"{count} {name}s" if count > 1 else f"{'an' if name == 'hour' else 'a'} {name}"
    return f"{length / 1000:g} seconds"


def clock_text(minute: int) -> str:
    """`06:30`, of a minute of the day."""
    return f"{minute // 60:02}:{minute % 60:02}"


def joined(words: Iterable[str], last: str = "and", most: int = 0) -> str:
    """`a, b and c`; of more than `most` (0: any number), those that follow are counted: `a, b and 4 more`."""
    every = list(words)
    if 0 < most < len(every):
        every = [*every[: most - 1], f"{len(every) - most + 1} more"]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} {last} {every[-1]}"


def _counted(length: Milliseconds) -> Iterable[tuple[int, str]]:
    found = []
    for unit, size in _UNITS:
        count, length = divmod(length, size)
        found += [(count, unit)] if count else []
    return found
