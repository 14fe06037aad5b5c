"""Examines a database file without writing to it: its version, its soundness, its rows, and whether a key opens it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

from limen.storage.errors import DatabaseUnfitError
from limen.storage.keyring import opens
from limen.storage.upgrade import newest_version

_BUSY_SECONDS: Final = 1.0
_STEPS: Final = 20_000
"""How many steps SQLite takes before it asks whether to go on: some milliseconds."""
_MOST_DAMAGE: Final = 3


@dataclass(frozen=True, slots=True)
class Examined:
    """`version` is "" for a database without tables; `damage` says what is broken, () nothing, None: time was up."""

    version: str
    newest: str
    damage: tuple[str, ...] | None
    size_bytes: int

    @property
    def is_newer(self) -> bool:
        return self.version > self.newest


def examine_database(file: Path, seconds: float) -> Examined:
    """Open the database, read its version, and check every page for at most `seconds`.

    Raises DatabaseUnfitError where it can't be opened or read.
    """
    with _read_only(file) as connection:
        version = _version(connection)
        return Examined(version, newest_version(), _damage(connection, seconds), file.stat().st_size)


def key_opens(file: Path, master: bytes) -> bool | None:
    """Whether the master key opens every key in the database; None where it holds none yet.

    Raises DatabaseUnfitError where it can't be read.
    """
    with _read_only(file) as connection:
        if not _has(connection, "keys"):
            return None
        rows = connection.execute("SELECT version, purpose, wrapped FROM keys ORDER BY version").fetchall()
        return opens(rows, master) if rows else None


def schema_of(file: Path) -> str:
    """The version that the database in `file` is at; "" for an empty one. Raises DatabaseUnfitError."""
    with _read_only(file) as connection:
        return _version(connection)


def counts_of(file: Path) -> dict[str, int]:
    """How many rows each table holds, in a file that nobody writes. Raises DatabaseUnfitError."""
    with _read_only(file) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name.replace(chr(34), "")}"').fetchone()[0]  # noqa: S608 -- a table's own name
            for (name,) in names.fetchall()
        }


def refuse_damage(file: Path) -> None:
    """Raises DatabaseUnfitError where the database in `file` is not sound."""
    with _read_only(file) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            raise DatabaseUnfitError(f"the database {file.name} is damaged: {said[0][:200]}", "use another backup")


@contextmanager
def _read_only(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes no byte: where no other process has the log open, not even beside the database."""
    is_in_use = file.with_name(file.name + "-wal").exists()
    address = f"file:{quote(str(file.resolve()))}?mode=ro{'' if is_in_use else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            yield connection
    except sqlite3.Error as error:
        is_locked = "locked" in str(error)
        what = "is locked by another process" if is_locked else f"can't be read: {error}"
        fix = "end the process that holds it" if is_locked else "restore the newest backup of it"
        raise DatabaseUnfitError(f"the database {file} {what}", fix) from None


def _version(connection: sqlite3.Connection) -> str:
    if not _has(connection, "alembic_version"):
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _has(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return found.fetchone() is not None


def _damage(connection: sqlite3.Connection, seconds: float) -> tuple[str, ...] | None:
    ends_at = monotonic() + seconds
    connection.set_progress_handler(lambda: int(monotonic() > ends_at), _STEPS)
    try:
        said = connection.execute(f"PRAGMA quick_check({_MOST_DAMAGE})").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    lines = tuple(str(row[0]) for row in said)
    return () if lines == ("ok",) else lines
