"""The disk: space for the database and the journal, now and for the whole retention time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from limen.clock import DAY, SECOND, Milliseconds
from limen.company.places import journal_folder
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.errors import LimenError
from limen.finding import Finding, State
from limen.storage.space import Room, files_in

NAME: Final = "disk"
FULL_BYTES: Final = 200_000_000
LOW_BYTES: Final = 1_000_000_000
FULL_INODES: Final = 1_000
_YOUNG: Final[Milliseconds] = DAY
_MAKE_ROOM: Final = (
    "free up space, or move [storage] data to a larger disk; journal_days sets how long the journal is kept"
)


async def disk(setup: Setup) -> list[Finding]:
    """A full disk denies everything: what can't be journaled isn't permitted."""
    return await aside(lambda: _look(setup))


def _look(setup: Setup) -> list[Finding]:
    findings: list[Finding] = []
    seen: set[Room] = set()
    for folder in dict.fromkeys([setup.data, *_folder_of_database(setup)]):
        try:
            room = setup.outside.room(folder)
        except OSError as error:
            what = f"the disk of {folder} can't be checked: {error.strerror}"
            findings.append(
                Finding(
                    NAME, State.WRONG, what, "check that it is mounted and that Limen's user has access", str(folder)
                )
            )
            continue
        if room not in seen:
            seen.add(room)
            findings.append(_of_room(setup, folder, room))
    return findings


def _of_room(setup: Setup, folder: Path, room: Room) -> Finding:
    where, free = str(folder), _size(room.free_bytes)
    if room.free_bytes < FULL_BYTES:
        what = f"only {free} free; when the journal can't be written, all access is denied"
        return Finding(NAME, State.WRONG, what, _MAKE_ROOM, where)
    if room.total_inodes and room.free_inodes < FULL_INODES:
        what = f"only {room.free_inodes} inodes left, although {free} are free"
        return Finding(NAME, State.WRONG, what, "remove whatever creates many small files on this disk", where)
    needed = _still_needed(setup)
    if needed > room.free_bytes:
        days = setup.settings.storage.journal_days
        what = f"{free} free, but the journal will grow by {_size(needed)} until it holds {days} days"
        return Finding(NAME, State.WARNING, what, _MAKE_ROOM, where)
    if room.free_bytes < LOW_BYTES and room.free_bytes * 10 < room.total_bytes:
        return Finding(NAME, State.WARNING, f"only {free} of {_size(room.total_bytes)} free", _MAKE_ROOM, where)
    return Finding(NAME, State.OK, f"{free} are free", where=where)


def _still_needed(setup: Setup) -> int:
    """By how many bytes the journal grows until it is as old as it gets, if it goes on as it began."""
    sizes, oldest = 0, setup.outside.now()
    for found in files_in(journal_folder(setup.root, setup.settings)):
        sizes += found.st_size
        oldest = min(oldest, int(found.st_mtime * SECOND))
    age = setup.outside.now() - oldest
    if age < _YOUNG:
        return 0
    left = max(setup.settings.storage.journal_days * DAY - age, 0)
    return int(sizes / age * left)


def _size(count: int) -> str:
    for unit, bytes_each in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= bytes_each:
            return f"{count / bytes_each:.1f} {unit}"
    return f"{count / 1_000:.0f} kB"


def _folder_of_database(setup: Setup) -> list[Path]:
    """A server's disk is seen by whoever looks after that server."""
    try:
        file = setup.database.file
    except LimenError:  # another examination says so
        return []
    return [] if file is None else [file.parent]
