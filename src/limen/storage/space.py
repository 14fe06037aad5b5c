"""How much room there is left for what Limen keeps, and what to say before it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
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
EVENTS_RESERVE_BYTES: Final = 512 * MEGABYTE
EVENTS_RESERVE_PART: Final = 4
"""What events of other sources leave free: more than the journal does, so that no flood of them shuts the doors."""


class Pressure(IntEnum):
    """How near the end is. LOW: make room this week. SHORT: today; then the journal stops, and with it every door."""

    FINE = 0
    LOW = 1
    SHORT = 2


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk has: bytes and inodes, free for Limen and in all. A disk without inodes of its own has 0 in all."""

    free_bytes: int
    total_bytes: int
    free_inodes: int
    total_inodes: int


@dataclass(frozen=True, slots=True)
class Space(Room):
    """The room where the data lies, and what is taken of it. `budget_bytes` 0: the journal has none."""

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
            yield f"{megabytes(self.free_bytes)} ({percent} %) free where Limen stores its data."
        if _pressure(self.free_inodes, self.total_inodes):
            yield f"Only {self.free_inodes:,} more files fit where Limen keeps its data."
        if self._of_budget():
            yield f"The journal uses {megabytes(self.journal_bytes)} of its {megabytes(self.budget_bytes)}."


def space_in(data: Path, journal: Path, *, budget_bytes: int = 0) -> Space:
    """Look at the disk that `data` is on. Raises OSError where it can't be looked at."""
    room = room_on(data)
    return Space(
        room.free_bytes,
        room.total_bytes,
        room.free_inodes,
        room.total_inodes,
        journal_bytes=sum(status.st_size for status in files_in(journal)),
        database_bytes=sum(_size(each) for each in data.glob("limen.db*")),
        budget_bytes=budget_bytes,
    )


def room_on(folder: Path) -> Room:
    """What the disk has that `folder` is on. Raises OSError where it can't be looked at."""
    disk = os.statvfs(folder)
    return Room(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize, disk.f_favail, disk.f_files)


def files_in(folder: Path) -> Iterator[os.stat_result]:
    """The status of each file in `folder` and below it, of `MOST_FILES` at most. Left out is what can't be read."""
    waiting, left = [folder], MOST_FILES
    while waiting and left > 0:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                left -= 1
                with suppress(OSError):  # sealed, expired or renamed meanwhile
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif left >= 0:
                        yield entry.stat(follow_symlinks=False)


def has_room_beyond_the_reserve(folder: Path) -> bool:
    """Whether more is free on the disk of `folder` than what is set aside."""
    return has_room_beyond(folder, RESERVE_BYTES, RESERVE_PART)


def has_room_beyond(folder: Path, bytes_aside: int, part_aside: int) -> bool:
    """Whether more is free on the disk of `folder` than this: bytes, of a small disk one in `part_aside`.

    A disk that can't be asked has room: whether it takes a line is found out by writing one.
    """
    try:
        room = room_on(folder)
    except OSError:
        return True
    return room.free_bytes >= min(bytes_aside, room.total_bytes // part_aside)


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


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0  # sealed, expired or renamed meanwhile
