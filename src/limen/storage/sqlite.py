"""SQLite: a file in WAL mode, for one machine. What is its own and not PostgreSQL's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from limen.storage.backend import BUSY_MS, READERS, Claim, Told
from limen.storage.database_check import Examined, counts_of, examine_database, key_opens, schema_of
from limen.storage.database_copy import copy_database, put_back
from limen.storage.errors import DatabaseBusyError, DatabaseFullError, StorageError

if TYPE_CHECKING:
    from limen.storage.table_copy import Digest

T = TypeVar("T")


class FileClaim:
    """Two servers can't share a file's data folder: the journal's lock in it keeps the second out."""

    def hold(self) -> bool:
        return False

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class SqliteBackend:
    """A database in `file`."""

    file: Path

    @property
    def place(self) -> str:
        return str(self.file)

    def is_there(self) -> bool:
        return self.file.is_file() and self.file.stat().st_size > 0

    def writer(self) -> Engine:
        self._make_private()
        return sqlite_engine(self.file, begin="BEGIN IMMEDIATE", size=1, read_only=False)

    def readers(self) -> Engine:
        return sqlite_engine(self.file, begin="BEGIN", size=READERS + 1, read_only=True)

    def break_off(self) -> None:
        """A file lets nobody wait for longer than BUSY_MS."""

    def storage_error(self, error: DBAPIError) -> StorageError | None:
        """By SQLite's own code (https://www.sqlite.org/rescode.html)."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return DatabaseBusyError()
        return DatabaseFullError() if code == sqlite3.SQLITE_FULL else None

    def announce(self, connection: Connection) -> None:
        """Nobody can be told; others look for themselves."""

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        del told
        return lambda: None

    def refuse_stale(self, connection: Connection) -> None:
        """A file is what was last written to it."""

    def claim(self) -> Claim:
        return FileClaim()

    def drawn(self, connection: Connection) -> dict[str, int]:
        if not connection.dialect.has_table(connection, "sqlite_sequence"):
            return {}
        rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {str(name): int(seq) for name, seq in rows}

    def draw_after(self, connection: Connection, drawn: dict[str, int]) -> None:
        for name, seq in drawn.items():
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, seq))

    def schema(self) -> str:
        return schema_of(self.file) if self.is_there() else ""

    def counts(self) -> dict[str, int]:
        return counts_of(self.file)

    def size_bytes(self) -> int:
        return self.file.stat().st_size

    def examine(self, seconds: float) -> Examined:
        return examine_database(self.file, seconds)

    def key_opens(self, master: bytes) -> bool | None:
        return key_opens(self.file, master)

    def copy_to(self, target: Path, at_that_instant: Callable[[], T], told: Told | None = None) -> T:
        return copy_database(self.file, target, at_that_instant, told)

    def put_back(self, copy: Path, told: Told | None = None, *, is_rehearsal: bool = False) -> None:
        """A rehearsal has nothing to try that the copy did not: it is such a file already."""
        if is_rehearsal:
            return
        self._make_private()
        put_back(copy, self.file, told)

    def digests(self) -> dict[str, Digest]:
        from limen.storage.table_copy import digests  # noqa: PLC0415 -- it imports this module

        engine = sqlite_engine(self.file, begin="BEGIN", size=1, read_only=True)
        try:
            with engine.connect() as connection:
                return digests(connection)
        finally:
            engine.dispose()

    def _make_private(self) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.file.exists():
            os.close(os.open(self.file, os.O_CREAT | os.O_WRONLY, 0o600))


def sqlite_engine(file: Path, *, begin: str, size: int, read_only: bool) -> Engine:
    """Connections to `file`, each durable at its commit (`synchronous=FULL`), that begin as is said."""
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # errors go to the log
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # this module says BEGIN itself; Python's driver would do so too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"query_only={int(read_only)}"):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
