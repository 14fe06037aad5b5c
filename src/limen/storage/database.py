"""The database: one writer, many readers, each transaction a function that runs in a worker thread.

SQLite in WAL mode today; the URL decides, and all SQL goes through SQLAlchemy Core.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from limen.clock import Clock, SystemClock
from limen.events import Event, EventIds, warn_if_undeclared
from limen.storage.errors import DatabaseBusyError, DatabaseFullError, DatabaseUnfitError, StorageError
from limen.storage.tables import changes, outbox
from limen.storage.upgrade import upgrade_if_needed

T = TypeVar("T")

READERS = 4
BUSY_MS = 5_000
"""How long a transaction waits for another process that is writing."""


class Snapshot:
    """One consistent view of the database, for reading."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def seq(self) -> int:
        """The newest change this view holds; 0 when there is none."""
        return self.connection.scalar(select(func.coalesce(func.max(changes.c.seq), 0))) or 0


class Transaction(Snapshot):
    """A write that commits as a whole: rows, the changes followers must see, and the events that say so."""

    __slots__ = ("_clock", "_ids", "changed_seq", "said_seq")

    def __init__(self, connection: Connection, ids: EventIds, clock: Clock) -> None:
        super().__init__(connection)
        self._ids = ids
        self._clock = clock
        self.changed_seq = 0
        self.said_seq = 0

    def changed(self, kind: str, key: str) -> int:
        """Tell every worker to read `key` of `kind` again. Returns the sequence number, for `Feed.settled`."""
        done = self.connection.execute(insert(changes).values(kind=kind, key=key, at=self._clock.now()))
        self.changed_seq = _drawn(done)
        return self.changed_seq

    def say(self, what: Event) -> Event:
        """Put an event into the outbox: it reaches the journal if, and only if, this transaction commits.

        Returns it with the id it got (an id that it brings is kept). Warns of an undeclared kind.
        """
        warn_if_undeclared(what.kind)
        said = what if what.id else msgspec.structs.replace(what, id=self._ids.new(self._clock.now()))
        done = self.connection.execute(insert(outbox).values(id=said.id, event=msgspec.json.encode(said)))
        self.said_seq = _drawn(done)
        return said


class Database:
    """Limen's database. `read` and `write` run a function in a transaction; `reading` and `writing` await one."""

    def __init__(self, readers: Engine, writer: Engine, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock
        self._ids = EventIds(secrets.token_bytes)
        self._one_writer = threading.Lock()
        self._writing_thread = 0
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="limen-write")
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="limen-read")
        self._watchers: list[Callable[[], None]] = []
        self.changed_seq = 0
        self.said_seq = 0

    @classmethod
    def open(cls, url: str | Path, *, clock: Clock | None = None, may_upgrade: bool = False) -> Self:
        """Open the database at a URL or a file path, made where need be; only with `may_upgrade` brought over.

        Raises DatabaseUnfitError for a kind of database that isn't supported, or one written by a newer Limen;
        DatabaseOlderError for one that an older Limen wrote.
        """
        address = _address(url)
        _make_private(Path(address.database or ""))
        writer = _sqlite_engine(address, begin="BEGIN IMMEDIATE", size=1, read_only=False)
        try:
            upgrade_if_needed(writer, may_upgrade=may_upgrade)
        except BaseException:
            writer.dispose()
            raise
        readers = _sqlite_engine(address, begin="BEGIN", size=READERS + 1, read_only=True)
        return cls(readers, writer, clock or SystemClock())

    def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` on one snapshot, in this thread."""
        with self._readers.begin() as connection:
            return work(Snapshot(connection))

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as the only writer, in this thread, and commit; when it raises, nothing of it stays.

        Raises DatabaseBusyError where another process writes for more than BUSY_MS, DatabaseFullError without room.
        """
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("a transaction was opened inside another one")
        with self._one_writer:
            self._writing_thread = threading.get_ident()
            try:
                with self._writer.begin() as connection:
                    transaction = Transaction(connection, self._ids, self._clock)
                    result = work(transaction)
            except OperationalError as error:
                raise _mendable(error) or error from error
            finally:
                self._writing_thread = 0
            self._committed(transaction)
        return result

    async def reading(self, work: Callable[[Snapshot], T]) -> T:
        """`read` in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self.read, work)

    async def writing(self, work: Callable[[Transaction], T]) -> T:
        """`write` in the writer's thread. Cancelling the task doesn't stop the transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self.write, work)

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` after every commit that changed or said something, on the writing thread. Returns how to stop."""
        self._watchers.append(told)

        def stop() -> None:
            if told in self._watchers:
                self._watchers.remove(told)

        return stop

    def close(self) -> None:
        """Finish what is being written, then let go of everything."""
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._readers.dispose()
        self._writer.dispose()

    def _committed(self, transaction: Transaction) -> None:
        self.changed_seq = max(self.changed_seq, transaction.changed_seq)
        self.said_seq = max(self.said_seq, transaction.said_seq)
        if transaction.changed_seq or transaction.said_seq:
            for told in tuple(self._watchers):
                told()


def read_as_it_lies(url: str | Path, work: Callable[[Snapshot], T]) -> T:
    """Run `work` on the database's file as it is, without writing a byte: for a disk that is full, and nothing else.

    What was not yet taken over from the log beside it is missing, and while another process writes it may be torn.
    Raises SQLAlchemy's errors where it can't be read.
    """
    file = quote(str(Path(_address(url).database or "").resolve()))
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True), poolclass=NullPool
    )
    with engine.connect() as connection:
        return work(Snapshot(connection))


def _mendable(error: OperationalError) -> StorageError | None:
    """What a person can do something about, by SQLite's own code (https://www.sqlite.org/rescode.html)."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseBusyError()
    return DatabaseFullError() if code == sqlite3.SQLITE_FULL else None


def _drawn(done: Any) -> int:
    return int(done.inserted_primary_key[0])


def _address(url: str | Path) -> URL:
    text = str(url)
    address = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    if address.get_backend_name() != "sqlite":
        raise DatabaseUnfitError(
            f"databases of kind {address.get_backend_name()!r} are not supported yet", "use sqlite:///…"
        )
    if address.database in {None, "", ":memory:"}:
        raise DatabaseUnfitError(
            "a database in memory would forget everything", "name a file: sqlite:////path/limen.db"
        )
    return address


def _make_private(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _sqlite_engine(address: URL, *, begin: str, size: int, read_only: bool) -> Engine:
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # this module says BEGIN itself; Python's driver would do so too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"query_only={int(read_only)}"):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def edit_copy(file: Path, work: Callable[[Transaction], T], *, clock: Clock | None = None) -> T:
    """Run `work` in one transaction on a copy of a database that may be older than this Limen; it stays as old."""
    engine = _sqlite_engine(_address(file), begin="BEGIN IMMEDIATE", size=1, read_only=False)
    clock = clock or SystemClock()
    try:
        with engine.begin() as connection:
            result = work(Transaction(connection, EventIds(secrets.token_bytes), clock))
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        return result
    finally:
        engine.dispose()
