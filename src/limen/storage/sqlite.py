"""SQLite: a file in WAL mode, for one machine. What is its own and not PostgreSQL's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from limen.storage.backend import BESIDE_READERS, BUSY_MS, READERS, Claim, Told
from limen.storage.database_check import Examined, counts_of, examine_database, key_opens, schema_of
from limen.storage.database_copy import copy_database, put_back
from limen.storage.errors import DatabaseBusyError, DatabaseFullError, StorageError
from limen.storage.file_lock import FileLock
from limen.storage.kept_briefly import make_table
from limen.storage.wake_ups import WakeUps, wake_all
from limen.storage.worker_locks import WorkerLocks, boot_id
from limen.storage.workers import Workers, make_register

if TYPE_CHECKING:
    from limen.clock import Clock
    from limen.storage.table_copy import Digest

T = TypeVar("T")

BRIEF: Final = "kept-briefly.db"
"""The file beside the database with what is kept for minutes, by all its workers: no backup holds it."""
REGISTER: Final = "register-"
LEADER: Final = "leader"


class FileClaim:
    """Two servers can't share a file's data folder: the journal's lock in it keeps the second out."""

    def hold(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class SqliteBackend:
    """A database in `file`."""

    file: Path
    _own: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    """By which addresses this backend is woken: who writes by it tells its watchers themselves."""

    @property
    def place(self) -> str:
        return str(self.file)

    def is_there(self) -> bool:
        return self.file.is_file() and self.file.stat().st_size > 0

    def writer(self) -> Engine:
        _make_private(self.file)
        return sqlite_engine(self.file, begin="BEGIN IMMEDIATE", size=1, read_only=False)

    def readers(self) -> Engine:
        return sqlite_engine(self.file, begin="BEGIN", size=READERS + BESIDE_READERS, read_only=True)

    def brief(self) -> Engine:
        """A file beside it. In WAL mode `synchronous=NORMAL` waits for the disk at checkpoints alone, and the file is
        whole whenever the machine stops; `OFF` would spare little more, and could leave one that is not.
        """
        file = self.folder / BRIEF
        _make_private(file)
        engine = sqlite_engine(file, begin="BEGIN IMMEDIATE", size=1, read_only=False, synchronous="NORMAL")
        with engine.begin() as connection:
            make_table(connection)
        return engine

    def break_off(self) -> None:
        """A file lets nobody wait for longer than BUSY_MS."""

    def storage_error(self, error: DBAPIError) -> StorageError | None:
        """By SQLite's own code (https://www.sqlite.org/rescode.html)."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return DatabaseBusyError()
        return DatabaseFullError() if code == sqlite3.SQLITE_FULL else None

    def announce(self, connection: Connection) -> None:
        """A file tells nobody; see `announced`."""

    def announced(self) -> None:
        wake_all(self.folder, self._own)

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        listener = WakeUps(self.folder, told)
        self._own.add(listener.address)
        listener.start()
        return listener.stop

    def refuse_stale(self, connection: Connection) -> None:
        """A file is what was last written to it."""

    def claim(self, *, is_shared: bool) -> Claim:
        del is_shared
        return FileClaim()

    def leadership(self) -> Claim:
        return FileLock(self.folder / LEADER)

    def workers(self, folder: Path | None, clock: Clock, had_predecessors: Callable[[], bool]) -> Workers:
        """In a file of its own, one for each start of the machine, because no worker outlives it. It is not synced:
        so an acknowledgement costs next to nothing.

        What is beside it may be gone as well, so it does not tell whether there were others.
        """
        del folder
        locks = WorkerLocks(self.folder)
        file = self.folder / f"{REGISTER}{boot_id()}.db"
        made: list[int] = []

        def engine() -> Engine:
            _remove_other_starts(file)
            _make_private(file)
            made[:] = [file.stat().st_ino]
            engine = sqlite_engine(file, begin="", size=1, read_only=False, synchronous="OFF", busy_ms=1_000)
            with engine.connect() as connection:
                make_register(connection, "TABLE")
            return engine

        def is_still_there() -> bool:
            try:
                return [file.stat().st_ino] == made
            except OSError:
                return False

        return Workers(
            engine,
            locks,
            storage_error=self.storage_error,
            had_predecessors=had_predecessors,
            still_there=is_still_there,
            clock=clock,
        )

    @property
    def folder(self) -> Path:
        """What workers on this file keep beside it."""
        return self.file.with_name(self.file.name + ".workers")

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
        _make_private(self.file)
        put_back(copy, self.file, told)

    def digests(self) -> dict[str, Digest]:
        from limen.storage.table_copy import digests  # noqa: PLC0415 -- it imports this module

        engine = sqlite_engine(self.file, begin="BEGIN", size=1, read_only=True)
        try:
            with engine.connect() as connection:
                return digests(connection)
        finally:
            engine.dispose()


def _make_private(file: Path) -> None:
    """What a command of root's makes is its folder's owner's, as SQLite's own files are: else no server opens it."""
    if not file.parent.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give_to_owner(file.parent)
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        _give_to_owner(file)


def _give_to_owner(made: Path) -> None:
    if os.geteuid() == 0:
        around = made.parent.stat()
        os.chown(made, around.st_uid, around.st_gid)


def _remove_other_starts(file: Path) -> None:
    """Registers of before the machine was started anew are of nobody who lives."""
    if not file.parent.is_dir():
        return
    for other in file.parent.glob(f"{REGISTER}*"):
        if not other.name.startswith(file.name):
            with suppress(OSError):
                other.unlink()


def sqlite_engine(
    file: Path, *, begin: str, size: int, read_only: bool, synchronous: str = "FULL", busy_ms: int = BUSY_MS
) -> Engine:
    """Connections to `file`, each durable at its commit (`synchronous=FULL`), that begin as is said ("": each statement
    is a transaction).
    """
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # errors go to the log
        connect_args={"check_same_thread": False, "timeout": busy_ms / 1000},
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # this module says BEGIN itself; Python's driver would do so too late
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"query_only={int(read_only)}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", prepare)
    if begin:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
