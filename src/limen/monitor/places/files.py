"""Files that tell places, as they are on the disk: each opened within bounds, and by a copy that nobody can cut short.

A database is mapped into memory. If whoever updates it wrote over the mapped file, reading it could end the process, so
what is mapped is a copy that has no name any more. Nothing that stands in such a file is ever part of an error: a path
may be anybody's.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, TypeVar

import maxminddb
from maxminddb import InvalidDatabaseError, Reader

from limen.clock import SECOND, Instant
from limen.monitor.places.prefixes import Prefixes, read_prefixes
from limen.printable import one_line

T = TypeVar("T")
LARGEST_DATABASE: Final = 1 << 30
LARGEST_LIST: Final = 32 << 20
Stamp: TypeAlias = tuple[int, int, int, int]
"""What tells a file from what it was: device, inode, size, and when it was changed (ns)."""


class PlaceFileError(Exception):
    """A file that tells no places: `what` says why, in words of ours."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """An MMDB file that is open. `kind` is what its maker calls it, `built_at` when it was made."""

    reader: Reader
    kind: str
    built_at: Instant

    @property
    def tells_anonymisers(self) -> bool:
        """Whether an address that it does not name is none: so are those that hold nothing else."""
        return "anonymous" in self.kind.casefold()


@dataclass(frozen=True, slots=True, eq=False)
class OpenList:
    """A list that was read. `changed_at` is when its file was."""

    prefixes: Prefixes
    changed_at: Instant


class Shelf:
    """What is open, by its path. A file that is the same on the disk is opened once, and so is one that can't be."""

    def __init__(self) -> None:
        self._held: dict[Path, tuple[Stamp | None, object]] = {}

    def take(self, path: Path, kind: type[T], open_it: Callable[[Path], T]) -> T:
        """What is at `path` at this moment. Raises PlaceFileError as `open_it` does."""
        stamp = _stamp(path)
        held_stamp, held = self._held.get(path, (None, None))
        if held is None or held_stamp != stamp or not isinstance(held, kind | PlaceFileError):
            try:
                held = open_it(path)
            except PlaceFileError as error:
                held = error
            self._held[path] = (stamp, held)
        if isinstance(held, PlaceFileError):
            raise PlaceFileError(held.what)
        return held

    def keep(self, paths: set[Path]) -> None:
        """Let go of all others."""
        self._held = {path: held for path, held in self._held.items() if path in paths}


def open_database(path: Path, room: Path | None = None) -> Database:
    """`room`: the folder for the copy; None for the system's. Raises PlaceFileError."""
    with _opened(path, LARGEST_DATABASE) as (file, _):
        try:
            with tempfile.NamedTemporaryFile(dir=room, prefix="places-", suffix=".mmdb") as copy:
                shutil.copyfileobj(file, copy, 1 << 20)
                copy.flush()
                reader = maxminddb.open_database(copy.name)
        except (InvalidDatabaseError, ValueError, MemoryError):
            raise PlaceFileError("it is not an MMDB database") from None
        except OSError:
            raise PlaceFileError("there is no room for a copy of it") from None
        about = reader.metadata()
        kind, built_at = one_line(str(about.database_type), 80), int(about.build_epoch) * SECOND
        return Database(reader, kind, built_at)


def open_list(path: Path) -> OpenList:
    """Raises PlaceFileError, also for a list that names nothing: an update that failed must not clear everybody."""
    with _opened(path, LARGEST_LIST) as (file, found):
        try:
            prefixes = read_prefixes(_lines(file, found.st_size))
        except ValueError as error:
            raise PlaceFileError(str(error)) from None
        if not len(prefixes):
            raise PlaceFileError("it names no addresses")
        return OpenList(prefixes, found.st_mtime_ns // 1_000_000)


def _lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    return iter(file.read(size).splitlines())


@contextmanager
def _opened(path: Path, largest: int) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """A file that is one: no pipe or device, which could hold whoever reads it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PlaceFileError("there is no such file") from None
    except (OSError, ValueError):
        raise PlaceFileError("it can't be opened") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise PlaceFileError("it is not a file")
    with os.fdopen(descriptor, "rb") as file:
        if found.st_size > largest:
            raise PlaceFileError(f"it is larger than {largest >> 20} MB")
        yield file, found


def _stamp(path: Path) -> Stamp | None:
    """What the file is at this moment; None where there is none that could be read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
