"""How much room there is left for what Limen keeps, and what to say before it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1 << 20
MOST_FILES: Final = 200_000
"""How many files are added up before the sum is given as it stands."""
SHORT_PERCENT: Final = 5
LOW_PERCENT: Final = 15
ENOUGH_BYTES: Final = (2_048 * MEGABYTE, 20_480 * MEGABYTE)
"""With more than this free, a large disk is neither short nor low, whatever its percentage."""


RESERVE_BYTES: Final = 64 * MEGABYTE
RESERVE_PART: Final = 8
"""What is set aside for need: 64 MB, of a very small disk an eighth."""


class Pressure(IntEnum):
    """How near the end is. LOW: make room this week. SHORT: today; then the journal stops, and with it every door."""

    FINE = 0
    LOW = 1
    SHORT = 2


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes and inodes where the data lies, and what the journal takes. `budget_bytes` 0: the journal has none."""

    free_bytes: int
    total_bytes: int
    free_inodes: int
    total_inodes: int
    journal_bytes: int
    database_bytes: int
    budget_bytes: int = 0

    @property
    def pressure(self) -> Pressure:
        return max(
            _pressure(self.free_bytes, self.total_bytes, ENOUGH_BYTES),
            _pressure(self.free_inodes, self.total_inodes),
            self._of_budget(),
        )

    def _of_budget(self) -> Pressure:
        left = self.budget_bytes - self.journal_bytes
        return _pressure(left, self.budget_bytes) if self.budget_bytes else Pressure.FINE

    def sentences(self) -> Iterator[str]:
        """What is scarce, in sentences; nothing where all is fine."""
        if _pressure(self.free_bytes, self.total_bytes, ENOUGH_BYTES):
            percent = 100 * self.free_bytes // self.total_bytes
            yield f"{megabytes(self.free_bytes)} ({percent} %) are free where Limen keeps its data."
        if _pressure(self.free_inodes, self.total_inodes):
            yield f"Only {self.free_inodes:,} more files fit where Limen keeps its data."
        if self._of_budget():
            yield f"The journal takes {megabytes(self.journal_bytes)} of its {megabytes(self.budget_bytes)}."


def space_in(data: Path, journal: Path, *, budget_bytes: int = 0) -> Space:
    """Look at the disk that `data` is on. Raises OSError where it can't be looked at."""
    disk = os.statvfs(data)
    return Space(
        free_bytes=disk.f_bavail * disk.f_frsize,
        total_bytes=disk.f_blocks * disk.f_frsize,
        free_inodes=disk.f_favail,
        total_inodes=disk.f_files,
        journal_bytes=_taken_by(journal),
        database_bytes=sum(_size(each) for each in data.glob("limen.db*")),
        budget_bytes=budget_bytes,
    )


def has_room_beyond_the_reserve(folder: Path) -> bool:
    """Whether more is free on the disk of `folder` than what is set aside. A disk that can't be asked has room:
    whether it takes a line is found out by writing one.
    """
    try:
        disk = os.statvfs(folder)
    except OSError:
        return True
    reserve = min(RESERVE_BYTES, disk.f_blocks * disk.f_frsize // RESERVE_PART)
    return disk.f_bavail * disk.f_frsize >= reserve


def megabytes(count: int) -> str:
    """`1,234 MB`, as people read it."""
    return f"{max(count, 0) // MEGABYTE:,} MB"


def _pressure(left: int, of: int, most: tuple[int, int] | None = None) -> Pressure:
    """How near the end `left` of `of` is. `most`: what is enough however large the whole is, for SHORT and LOW.

    `of` 0: the disk does not say, as file systems without inodes do.
    """
    if of <= 0:
        return Pressure.FINE
    short, low = of * SHORT_PERCENT // 100, of * LOW_PERCENT // 100
    if most is not None:
        short, low = min(short, most[0]), min(low, most[1])
    if left < short:
        return Pressure.SHORT
    return Pressure.LOW if left < low else Pressure.FINE


def _taken_by(folder: Path) -> int:
    total, seen = 0, 0
    for root, _, files in os.walk(folder):
        for name in files:
            total += _size(Path(root) / name)
            seen += 1
            if seen >= MOST_FILES:
                return total
    return total


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # sealed, expired or renamed meanwhile
