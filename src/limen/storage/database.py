"""The database: one writer, many readers, each transaction a function that runs in a worker thread.

SQLite or PostgreSQL, as the URL says; what differs between them is in `backend.py`, and all SQL is SQLAlchemy Core.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Engine, create_engine, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from limen.clock import Clock, SystemClock
from limen.events import Event, EventIds, warn_if_undeclared
from limen.storage.backend import READERS, Backend, Claim, backend_of
from limen.storage.errors import DatabaseUnfitError
from limen.storage.kept_briefly import KeptBriefly
from limen.storage.sqlite import SqliteBackend, sqlite_engine
from limen.storage.tables import changes, outbox
from limen.storage.together import Together
from limen.storage.upgrade import upgrade_if_needed
from limen.storage.workers import Workers
from limen.storage.written_with import NOTHING_BESIDE, WRITTEN_WITH, Beside, WrittenWith

T = TypeVar("T")

CLOSE_SECONDS = 5.0
"""How long the end waits for a server that hangs."""
_CHANGE: Final = insert(changes)
_EVENT: Final = insert(outbox)
_NEWEST: Final = select(func.coalesce(func.max(changes.c.seq), 0))
"""Built once: everything that is written and followed goes by them."""


class Snapshot:
    """One consistent view of the database, for reading."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def seq(self) -> int:
        """The newest change this view holds; 0 when there is none."""
        return self.connection.scalar(_NEWEST) or 0


class Transaction(Snapshot):
    """A write that commits as a whole: rows, the changes followers must see, and the events that say so."""

    __slots__ = ("_clock", "_ids", "_said_by", "_written_with", "changed_seq", "said_seq")

    def __init__(
        self,
        connection: Connection,
        ids: EventIds,
        clock: Clock,
        said_by: str = "",
        written_with: Iterable[WrittenWith] = (),
    ) -> None:
        super().__init__(connection)
        self._said_by = said_by
        self._written_with = written_with
        self._ids = ids
        self._clock = clock
        self.changed_seq = 0
        self.said_seq = 0

    def changed(self, kind: str, key: str) -> int:
        """Tell every worker to read `key` of `kind` again. Returns the sequence number, for `Feed.settled`."""
        done = self.connection.execute(_CHANGE, {"kind": kind, "key": key, "at": self._clock.now()})
        self.changed_seq = _drawn(done)
        return self.changed_seq

    def say(self, what: Event, beside: Beside = NOTHING_BESIDE) -> Event:
        """Put an event into the outbox: it reaches the journal if, and only if, this transaction commits.

        Returns it with the id it got (an id that it brings is kept). What parts write with it is written now, too; they
        get `beside`, which the journal does not.
        Warns of an undeclared kind.
        """
        warn_if_undeclared(what.kind)
        said = what if what.id else msgspec.structs.replace(what, id=self._ids.new(self._clock.now()))
        row = {"id": said.id, "event": msgspec.json.encode(said), "said_by": self._said_by}
        done = self.connection.execute(_EVENT, row)
        self.said_seq = _drawn(done)
        for one in self._written_with:
            if said.kind in one.kinds:
                one.write(self, said, beside)
        return said


class Database:
    """Limen's database. `read` and `write` run a function in a transaction; `reading` and `writing` await one."""

    def __init__(self, backend: Backend, readers: Engine, writer: Engine, clock: Clock) -> None:
        self.backend = backend
        self._readers = readers
        self._writer = writer
        self._clock = clock
        self._ids = EventIds(secrets.token_bytes)
        self._one_writer = threading.Lock()
        self._writing_thread = 0
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="limen-write")
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="limen-read")
        self._written_together: Together[Transaction] = Together(self._write_thread, self.write)
        self._read_together: Together[Snapshot] = Together(self._read_threads, self.read)
        self.kept_briefly = KeptBriefly(backend.brief, clock, backend.storage_error)
        self._watchers: list[Callable[[], None]] = []
        self._stop_listening: Callable[[], None] | None = None
        self._claim: Claim | None = None
        self._workers: Workers | None = None
        self._breaking_off: threading.Timer | None = None
        self.changed_seq = 0
        self.said_seq = 0
        self.said_by = ""
        """The worker whose journal takes what is said here; "" where that is left to whichever does."""

    @classmethod
    def open(cls, where: str | Path | Backend, *, clock: Clock | None = None, may_upgrade: bool = False) -> Self:
        """Open a database, a URL's or a file's, made where need be; only with `may_upgrade` brought over.

        Raises DatabaseUnfitError for a kind of database that isn't supported, or one written by a newer Limen;
        DatabaseOlderError for one that an older Limen wrote; DatabaseGoneError where no server answers.
        """
        backend = backend_of(where) if isinstance(where, str | Path) else where
        writer = backend.writer()
        try:
            upgrade_if_needed(writer, may_upgrade=may_upgrade)
        except DBAPIError as error:
            writer.dispose()
            raise backend.storage_error(error) or error from error
        except BaseException:
            writer.dispose()
            raise
        return cls(backend, backend.readers(), writer, clock or SystemClock())

    def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` on one snapshot, in this thread. Raises DatabaseGoneError where the server is away."""
        try:
            with self._readers.begin() as connection:
                return work(Snapshot(connection))
        except DBAPIError as error:
            raise self.backend.storage_error(error) or error from error

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as the only writer of all processes, in this thread, and commit; when it raises, nothing stays.

        Raises DatabaseBusyError where another process writes for more than BUSY_MS, DatabaseFullError without room,
        DatabaseGoneError and DatabaseReadOnlyError where the server is away, or takes nothing.
        """
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("a transaction was opened inside another one")
        with self._one_writer:
            self._writing_thread = threading.get_ident()
            try:
                with self._writer.begin() as connection:
                    transaction = Transaction(connection, self._ids, self._clock, self.said_by, WRITTEN_WITH.values())
                    result = work(transaction)
                    if transaction.changed_seq or transaction.said_seq:
                        self.backend.announce(connection)
            except DBAPIError as error:
                raise self.backend.storage_error(error) or error from error
            finally:
                self._writing_thread = 0
            self._committed(transaction)
        return result

    def claim(self, folder: Path | None = None) -> None:
        """Be one of the workers on this database from now on; those of this machine keep their locks in `folder`.

        Raises DatabaseTakenError where an older Limen uses it, or somebody restores or moves it.
        """
        self._claim = self.backend.claim(is_shared=True)
        self._claim.hold()
        self._workers = self.backend.workers(folder, self._clock, self._may_be_decided_by)
        self._workers.prepare()

    @property
    def workers(self) -> Workers:
        """The register of workers, and this one in it."""
        if self._workers is None:
            self._workers = self.backend.workers(None, self._clock, self._may_be_decided_by)
        return self._workers

    def refuse_unfit_to_decide(self, snapshot: Snapshot) -> None:
        """Raises StorageError where nobody may decide by this snapshot: it may be old, or the database is another's."""
        self.backend.refuse_stale(snapshot.connection)
        if self._claim is not None:
            self._claim.hold()

    def _may_be_decided_by(self) -> bool:
        """Before its first change nobody decides by a database."""
        return self.read(lambda snapshot: snapshot.seq > 0)

    async def reading(self, work: Callable[[Snapshot], T]) -> T:
        """`read` in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self.read, work)

    async def writing(self, work: Callable[[Transaction], T]) -> T:
        """`write` in the writer's thread. Cancelling the task doesn't stop the transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self.write, work)

    async def reading_together(self, work: Callable[[Snapshot], T]) -> T:
        """`reading`, on one snapshot with what others ask for at the same time: it is no older than the asking."""
        return await self._read_together.ask(work)

    async def writing_together(self, work: Callable[[Transaction], T]) -> T:
        """`writing`, in one transaction with what others ask for at the same time, one after the other: durable when it
        is answered, at a fraction of the cost. `work` may run twice; see `Together`.
        """
        return await self._written_together.ask(work)

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` after commits that changed or said something: this process's at once, on the writing thread;
        those of others as soon as the database tells of them, on another thread, if it does. Returns how to stop.
        """
        self._watchers.append(told)
        if self._stop_listening is None:
            self._stop_listening = self.backend.listen(self._tell)

        def stop() -> None:
            if told in self._watchers:
                self._watchers.remove(told)

        return stop

    def hurry(self) -> None:
        """Everything is about to end: what still waits for a server after CLOSE_SECONDS fails then."""
        if self._breaking_off is None:
            self._breaking_off = threading.Timer(CLOSE_SECONDS, self.backend.break_off)
            self._breaking_off.daemon = True
            self._breaking_off.start()

    def close(self) -> None:
        """Finish what is being written, for CLOSE_SECONDS at most, then let go of everything."""
        self.hurry()
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        if self._stop_listening is not None:
            self._stop_listening()
        if self._claim is not None:
            self._claim.close()
        self.kept_briefly.close()
        if self._workers is not None:
            self._workers.close()
        self._readers.dispose()
        self._writer.dispose()
        if self._breaking_off is not None:
            self._breaking_off.cancel()

    def _committed(self, transaction: Transaction) -> None:
        self.changed_seq = max(self.changed_seq, transaction.changed_seq)
        self.said_seq = max(self.said_seq, transaction.said_seq)
        if transaction.changed_seq or transaction.said_seq:
            self._tell()
            self.backend.announced()

    def _tell(self) -> None:
        for told in tuple(self._watchers):
            told()


def read_as_it_lies(where: str | Path, work: Callable[[Snapshot], T]) -> T:
    """Run `work` on an SQLite file as it is, without writing a byte: for a disk that is full, and nothing else.

    What was not yet taken over from the log beside it is missing, and while another process writes it may be torn.
    Raises SQLAlchemy's errors where it can't be read, DatabaseUnfitError where it is no file.
    """
    backend = backend_of(where)
    if not isinstance(backend, SqliteBackend):
        raise DatabaseUnfitError("only a file can be read as it is", "use the database's server")
    file = quote(str(backend.file.resolve()))
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True), poolclass=NullPool
    )
    with engine.connect() as connection:
        return work(Snapshot(connection))


def edit_copy(file: Path, work: Callable[[Transaction], T], *, clock: Clock | None = None) -> T:
    """Run `work` in one transaction on a copy of a database that may be older than this Limen; it stays as old.

    Nothing is written with the events that are said: there may be no table for it.
    """
    engine = sqlite_engine(file, begin="BEGIN IMMEDIATE", size=1, read_only=False)
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


def _drawn(done: Any) -> int:
    return int(done.inserted_primary_key[0])
