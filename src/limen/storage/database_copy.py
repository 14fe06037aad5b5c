"""A copy of the database while it is in use, as it stood at one instant; and putting such a copy back, as a whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from limen.storage.backend import BUSY_MS, Told
from limen.storage.errors import CopyFailedError
from limen.storage.files import sync

T = TypeVar("T")

PAGES_AT_ONCE: Final = 1_024


def copy_database(source: Path, target: Path, at_that_instant: Callable[[], T], told: Told | None = None) -> T:
    """Copy the database `source` to the new file `target`; what `at_that_instant` returned while nobody could commit.

    Writers wait only for that call; the copying goes on beside them. `told` hears how many pages of how many are done.
    Raises CopyFailedError, OSError.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _said_plainly(source), closing(_opened(source)) as reader, closing(_opened(target)) as copy:
        with closing(_opened(source)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only a read fixes the view
            found = at_that_instant()
            writer.execute("ROLLBACK")
        reader.backup(
            copy, pages=PAGES_AT_ONCE, progress=lambda _, left, all_: told(all_ - left, all_) if told else None
        )
        copy.execute("PRAGMA journal_mode=DELETE")
    sync(target)
    return found


def put_back(copy: Path, live: Path, told: Told | None = None) -> None:
    """Make the database `live` what `copy` holds, in one transaction: whoever reads finds the old or the new, whole.

    Raises CopyFailedError.
    """
    with _said_plainly(live), closing(_opened(copy)) as source, closing(_opened(live)) as target:
        source.backup(target, progress=lambda _, left, all_: told(all_ - left, all_) if told else None)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(file.resolve()))}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_MS / 1000
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


@contextmanager
def _said_plainly(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CopyFailedError(
            f"the database {file} can't be copied or read ({error})", "check the disk, and who else uses the file"
        ) from error
