"""The hours and days of the journal: of which segments each consists, and whether anything more can come.

A segment is known by its place in its chain, by the SHA-256 that the signed list of sealed segments has of it, and by
its length. Where one of them changes, as by erasing, what was counted of its hour and its day counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, Instant
from limen.storage.journal.checkpoint import read_sealed
from limen.storage.journal.reader import Reader
from limen.storage.segments.name import Name
from limen.storage.segments.signed import SEALED_FILE, UNREADABLE

FORM: Final = b"1"
"""Of what is counted and how. Another one has everything counted anew."""
_OPEN: Final = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """The segments of all chains that were begun within an hour. `known_by` is "" while something may still come."""

    begins_at: Instant
    paths: tuple[Path, ...]
    known_by: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) and its hours. `known_by` is "" while something may still come."""

    begins_at: Instant
    hours: tuple[Hour, ...]
    known_by: str


def day_of(at: Instant) -> Instant:
    """When the day of an instant begins."""
    return at - at % DAY


def days(reader: Reader, since: Instant, now: Instant) -> tuple[Day, ...]:
    """The days of the journal from that of `since` on, the oldest first."""
    hours = _hours(reader, day_of(since), now)
    return tuple(
        _day(begins_at, tuple(some), now) for begins_at, some in groupby(hours, lambda one: day_of(one.begins_at))
    )


def _day(begins_at: Instant, hours: tuple[Hour, ...], now: Instant) -> Day:
    is_over = begins_at + DAY <= now and all(one.known_by for one in hours)
    return Day(begins_at, hours, _digest(one.known_by for one in hours) if is_over else _OPEN)


def _hours(reader: Reader, since: Instant, now: Instant) -> Iterator[Hour]:
    listed = _Listed()
    segments = [one for one in reader.segments() if one[0].begun_at >= since]
    for hour, some in groupby(segments, lambda one: one[0].begun_at // HOUR):
        mine = sorted(some, key=lambda one: (one[0].begun_at, one[1]))
        names = [listed.known_by(name, path) for name, path in mine]
        is_over = (hour + 1) * HOUR <= now and all(names)
        paths = tuple(path for _, path in mine)
        yield Hour(hour * HOUR, paths, _digest(names) if is_over else _OPEN)


def _digest(names: Iterable[str]) -> str:
    return sha256(b"\n".join((FORM, *(one.encode() for one in names)))).hexdigest()


class _Listed:
    """What the lists of sealed segments say, each read once."""

    def __init__(self) -> None:
        self._lists: dict[Path, dict[str, str]] = {}

    def known_by(self, name: Name, path: Path) -> str:
        """Nothing for a segment that is not sealed, or that no list names."""
        if not name.is_sealed:
            return _OPEN
        folder = path.parent
        if folder not in self._lists:
            self._lists[folder] = _list_of(folder)
        digest = self._lists[folder].get(path.name)
        try:
            return f"{folder.name}/{path.name} {digest} {path.stat().st_size}" if digest else _OPEN
        except FileNotFoundError:  # past its keeping time since it was listed
            return _OPEN


def _list_of(folder: Path) -> dict[str, str]:
    try:
        listed = read_sealed(folder / SEALED_FILE, folder.name)
    except (*UNREADABLE, OSError, msgspec.MsgspecError):
        return {}
    return {one.file_name: one.sha256 for one in listed.segments}
