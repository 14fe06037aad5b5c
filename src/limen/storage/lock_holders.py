"""Which process holds a lock on Limen's files, read from the kernel: trying to take the lock could stop that process.

Never by opening the files: closing a file drops every POSIX lock that this same process has on it (fcntl(2)).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.storage.segments.lock import LOCK_FILE

PARENT_LOCK: Final = "parent"
"""Locked by the parent of several workers, in the folder with their locks."""
LOCKS: Final = Path("/proc/locks")
_MOST_BYTES: Final = 4_000_000
_MOST_CHAINS: Final = 1_000
_WAL_WRITE: Final = 120
"""The byte of a database's `-shm` file that its one writer locks (SQLite, "WAL-mode File Format", section 2.3.1)."""


def write_holder(database: Path, locks: Path = LOCKS) -> int | None:
    """The process that is in a write transaction in this moment; None where none is, or the kernel doesn't say."""
    shared = _identity(database.with_name(database.name + "-shm"))
    for kind, access, pid, identity, start, end in _held(locks):
        if kind == "POSIX" and access == "WRITE" and identity == shared and start <= _WAL_WRITE <= end:
            return pid
    own = _identity(database)
    for kind, access, pid, identity, _, _ in _held(locks):
        if kind == "POSIX" and access == "WRITE" and identity == own:
            return pid
    return None


def journal_holder(root: Path, locks: Path = LOCKS) -> int | None:
    """The process that writes the journal in `root`: the Limen that is running. None where none is, or none is seen."""
    wanted = set()
    with suppress(OSError), os.scandir(root) as chains:
        for _, chain in zip(range(_MOST_CHAINS), chains, strict=False):
            wanted.add(_identity(Path(chain.path) / LOCK_FILE))
    wanted.discard(None)
    return next((pid for kind, _, pid, identity, _, _ in _held(locks) if kind == "FLOCK" and identity in wanted), None)


def running_limen(workers: Path, journal: Path, locks: Path = LOCKS, *, but_parent: bool = False) -> int | None:
    """The process to speak to of the Limen that runs here: the parent of several workers, else the one that writes the
    journal. `workers` is the folder with their locks, `journal` that of all chains.
    """
    parent = None if but_parent else front_holder(workers / PARENT_LOCK, locks)
    return parent or journal_holder(journal, locks)


def front_holder(lock: Path, locks: Path = LOCKS) -> int | None:
    """The process that watches over the front whose lock file this is. None where none does, or none is seen."""
    own = _identity(lock)
    return next((pid for kind, _, pid, identity, _, _ in _held(locks) if kind == "FLOCK" and identity == own), None)


def own_parent(workers: Path | None, locks: Path = LOCKS) -> int | None:
    """The process that started this one as one of several workers, whose locks lie in `workers`; None where it is alone
    or was started by another.
    """
    parent = None if workers is None else front_holder(workers / PARENT_LOCK, locks)
    return parent if parent is not None and parent == os.getppid() else None


def _identity(file: Path) -> int | None:
    """A file's inode. (Its device is written differently in the list on some file systems.)"""
    try:
        return file.stat().st_ino
    except OSError:
        return None


def _held(locks: Path) -> Iterator[tuple[str, str, int, int, int, float]]:
    """(kind, access, process, inode, first byte, last byte) of every lock that is held, not of those that wait."""
    try:
        with locks.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("ascii", "replace")
    except OSError:
        return
    for line in text.splitlines():
        parts = line.split()
        if len(parts) != 8 or parts[1] == "->":
            continue
        _, kind, _, access, pid, place, start, end = parts
        with suppress(ValueError):
            last = float("inf") if end == "EOF" else int(end)
            if int(pid) > 0:
                yield kind, access, int(pid), int(place.rpartition(":")[2]), int(start), last
