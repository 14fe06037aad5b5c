"""A copy of the database while it is in use, as it stood at one instant; and putting such a copy back, as a whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from limen.storage.database import BUSY_MS
from limen.storage.errors import CopyFailedError
from limen.storage.own_file import sync

T = TypeVar("T")

PAGES_AT_ONCE: Final = 1_024
Told = Callable[[int, int], None]


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


def put_back(copy: Path, live: Path) -> None:
    """Make the database `live` what `copy` holds, in one transaction: whoever reads finds the old or the new, whole.

    Raises CopyFailedError.
    """
    with _said_plainly(live), closing(_opened(copy)) as source, closing(_opened(live)) as target:
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def schema_of(file: Path) -> str:
    """The version that the database in `file` is at; "" for an empty one. Raises CopyFailedError where it is none."""
    with _said_plainly(file), closing(_opened(file, "mode=ro")) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return ""
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def counts_of(file: Path) -> dict[str, int]:
    """How many rows each table holds, in a file that nobody writes. Raises CopyFailedError."""
    with _said_plainly(file), closing(_opened(file, "mode=ro")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name.replace(chr(34), "")}"').fetchone()[0]  # noqa: S608 -- a table's own name
            for (name,) in names.fetchall()
        }


def refuse_damage(file: Path) -> None:
    """Raises CopyFailedError where the database in `file` is not sound."""
    with _said_plainly(file), closing(_opened(file, "mode=ro")) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            raise CopyFailedError(f"the database {file.name} is damaged: {said[0][:200]}", "use another backup")


def _opened(file: Path, how: str = "mode=rw") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(file.resolve()))}?{how}", uri=True, isolation_level=None, timeout=BUSY_MS / 1000
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


@contextmanager
def _said_plainly(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CopyFailedError(
            f"the database {file} can't be copied or read ({error})", "look at the disk, and who else uses the file"
        ) from error
