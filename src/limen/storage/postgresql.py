"""PostgreSQL: a server that more than one machine reaches. What is its own and not SQLite's.

Every writing transaction first takes one advisory lock and holds it to its commit. So numbers are committed in the
order in which they are drawn (by a sequence alone they are not: a follower that has read 2 before 1 committed would
never see 1), and the stores, which are written for one writer at a time, are right here as they are on SQLite. The
isolation is READ COMMITTED: under a stricter one the snapshot would be older than the lock.
"""

from __future__ import annotations

import os
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from limen.extras import how_to_install
from limen.storage import table_copy
from limen.storage.backend import BESIDE_READERS, BUSY_MS, READERS, Claim, Told
from limen.storage.database_check import Examined
from limen.storage.errors import (
    CopyFailedError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseGoneError,
    DatabaseReadOnlyError,
    DatabaseUnfitError,
    StorageError,
)
from limen.storage.keyring import opens
from limen.storage.postgresql_session import CHANNEL, LEADER_LOCK, Listener, SessionClaim
from limen.storage.upgrade import newest_version, stored_version
from limen.storage.worker_locks import WorkerLocks
from limen.storage.workers import Workers, make_register

if TYPE_CHECKING:
    import psycopg

    from limen.clock import Clock

T = TypeVar("T")

COMMIT_LOCK: Final = 0x4C494D_01
"""An advisory lock counts for one database; this one is for whoever writes."""
OLDEST: Final = 130_000
"""PostgreSQL 13, as `server_version_num` says it."""
ANSWER_SECONDS: Final = 5
"""After so long without a sign of life from the server's machine a connection is given up."""

_OPTIONS: Final = {
    "application_name": "limen",
    "client_encoding": "utf8",
    "options": f"-c lock_timeout={BUSY_MS} -c timezone=UTC -c datestyle=ISO -c search_path=public",
    "connect_timeout": 3,
    "keepalives_idle": ANSWER_SECONDS,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": ANSWER_SECONDS * 1000,
}
_IS_OLD_COPY: Final = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
_MAKE_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_LET_OTHERS_WRITE: Final = f"{_MAKE_DURABLE}; SET idle_in_transaction_session_timeout = {BUSY_MS - 1_000}"
"""A process that is stopped in the middle of a transaction would hold up the writes of every node: the server ends that
transaction before those who wait for it give up.
"""
_BE_QUICK: Final = "SELECT set_config('synchronous_commit', 'off', false)"
MAKE_LOCK: Final = 0x4C494D_04
_SERIALS: Final = (
    "SELECT t.relname, s.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
    " JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace"
    " WHERE s.relkind = 'S' AND n.nspname = 'public'"
)


@dataclass(frozen=True, slots=True)
class PostgresqlBackend:
    """The database that `address` names, all of it Limen's. The password is never part of it."""

    address: URL
    password: Callable[[], str] | None = field(default=None, repr=False)
    _own: str = field(default_factory=lambda: token_hex(8), init=False, repr=False, compare=False)
    """What this backend announces by: who writes by it tells its watchers themselves."""
    _open: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            import psycopg  # noqa: F401, PLC0415 -- an extra, and slow to import
        except ImportError:
            raise DatabaseUnfitError(
                "the driver for PostgreSQL is not installed", how_to_install("postgresql")
            ) from None

    @property
    def file(self) -> None:
        return None

    @property
    def place(self) -> str:
        return self.address.set(drivername="postgresql").render_as_string(hide_password=True)

    def is_there(self) -> bool:
        with self._looking() as connection:
            return bool(stored_version(connection))

    def writer(self) -> Engine:
        engine = self._engine(size=1, prepared=_LET_OTHERS_WRITE)
        event.listen(engine, "begin", _hold_commits)
        try:
            with self._plainly(), engine.connect() as connection:
                _refuse_unfit(connection)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def readers(self) -> Engine:
        return self._engine(size=READERS + BESIDE_READERS, read_only=True)

    def brief(self) -> Engine:
        """A table of the same database, made by its migration. Commits wait for no disk; and as there is one log, none
        of what was written durably afterwards can be there without them.
        """
        return self._engine(size=1, prepared=_BE_QUICK)

    def break_off(self) -> None:
        """A server that hangs keeps its machine answering, so no timeout of TCP ends the wait."""
        for connection in list(self._open):
            with suppress(Exception):  # closed meanwhile
                ended = socket.socket(fileno=os.dup(connection.fileno()))
                ended.shutdown(socket.SHUT_RDWR)
                ended.close()

    def storage_error(self, error: DBAPIError) -> StorageError | None:
        """By its SQLSTATE (PostgreSQL, appendix A, "PostgreSQL Error Codes")."""
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in {"55P03", "25P03"}:  # lock_not_available, idle_in_transaction_session_timeout
            return DatabaseBusyError()
        if state == "53100":  # disk_full
            return DatabaseFullError()
        if state == "25006":  # read_only_sql_transaction
            return DatabaseReadOnlyError()
        is_away = state[:2] == "08" or state in {"57P01", "57P02", "57P03", "57P05", "53300"}
        return DatabaseGoneError() if is_away or error.connection_invalidated or _is_no_answer(error) else None

    def announce(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}, '{self._own}'")

    def announced(self) -> None:
        """NOTIFY has told them with the commit."""

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        listener = Listener(self.connect, told, self._own)
        listener.start()
        return listener.stop

    def refuse_stale(self, connection: Connection) -> None:
        if connection.exec_driver_sql(_IS_OLD_COPY).scalar():
            raise DatabaseReadOnlyError

    def claim(self, *, is_shared: bool) -> Claim:
        return SessionClaim(self.connect, is_shared=is_shared)

    def leadership(self) -> Claim:
        return SessionClaim(self.connect, LEADER_LOCK)

    def workers(self, folder: Path | None, clock: Clock, had_predecessors: Callable[[], bool]) -> Workers:
        """In an unlogged table, which no replica has and a crash empties."""

        def engine() -> Engine:
            engine = self._engine(size=1, prepared=_BE_QUICK, pings=False).execution_options(
                isolation_level="AUTOCOMMIT"
            )
            with engine.connect() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_lock({MAKE_LOCK})")
                make_register(connection, "UNLOGGED TABLE")
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MAKE_LOCK})")
            return engine

        return Workers(
            engine,
            WorkerLocks(folder),
            storage_error=self.storage_error,
            had_predecessors=had_predecessors,
            clock=clock,
        )

    def drawn(self, connection: Connection) -> dict[str, int]:
        found = {}
        for table, sequence in connection.exec_driver_sql(_SERIALS).all():
            last = connection.exec_driver_sql(f'SELECT last_value FROM "{sequence}" WHERE is_called').scalar()  # noqa: S608 -- the catalogue's own name
            if last is not None:
                found[table] = int(last)
        return found

    def draw_after(self, connection: Connection, drawn: dict[str, int]) -> None:
        for table, sequence in connection.exec_driver_sql(_SERIALS).all():
            last = drawn.get(table, 0)
            connection.exec_driver_sql("SELECT setval(%s::regclass, %s, %s)", (sequence, max(last, 1), last > 0))

    def schema(self) -> str:
        with self._looking() as connection:
            return stored_version(connection)

    def counts(self) -> dict[str, int]:
        with self._looking() as connection:
            return table_copy.counts(connection)

    def size_bytes(self) -> int:
        with self._looking() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)

    def examine(self, seconds: float) -> Examined:
        """PostgreSQL looks after its pages itself; here each row is read once, as far as the time goes."""
        ends_at = monotonic() + seconds
        with self._looking() as connection:
            version = stored_version(connection)
            size = int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)
            return Examined(version, newest_version(), table_copy.damage(connection, ends_at), size)

    def key_opens(self, master: bytes) -> bool | None:
        with self._looking() as connection:
            if not connection.dialect.has_table(connection, "keys"):
                return None
            rows = connection.exec_driver_sql("SELECT version, purpose, wrapped FROM keys ORDER BY version").all()
            found = [(version, purpose, bytes(wrapped)) for version, purpose, wrapped in rows]
            return opens(found, master) if found else None

    def copy_to(self, target: Path, at_that_instant: Callable[[], T], told: Told | None = None) -> T:
        reading, writing = self._engine(size=1, read_only=True), self._engine(size=1)
        try:
            with reading.connect() as source:
                with writing.begin() as lock:
                    _hold_commits(lock)
                    stored_version(source)  # the first look fixes the view
                    found = at_that_instant()
                table_copy.to_file(source, self.drawn(source), target, told)
                return found
        except (SQLAlchemyError, ValueError) as error:
            raise CopyFailedError(
                f"the database {self.place} can't be copied ({type(error).__name__})", "look at its server and the disk"
            ) from error
        finally:
            reading.dispose()
            writing.dispose()

    def put_back(self, copy: Path, told: Told | None = None, *, is_rehearsal: bool = False) -> None:
        engine = self._engine(size=1)
        try:
            with self._plainly(), engine.connect() as connection:
                _refuse_unfit(connection)
                _hold_commits(connection)
                drawn = table_copy.from_file(copy, connection, told)
                self.draw_after(connection, drawn)
                if is_rehearsal:
                    connection.rollback()
                else:
                    connection.commit()
        except (SQLAlchemyError, ValueError) as error:
            raise CopyFailedError(
                f"{self.place} can't take in {copy.name}: {table_copy.reason_of(error)}", "it is as it was before"
            ) from error
        finally:
            engine.dispose()

    def digests(self) -> dict[str, table_copy.Digest]:
        with self._looking() as connection:
            return table_copy.digests(connection)

    # Inside

    def connect(self) -> psycopg.Connection[Any]:
        """A connection outside of the pools, each of whose statements is a transaction."""
        import psycopg  # noqa: PLC0415 -- an extra

        connection = psycopg.connect(**self._arguments(), autocommit=True)
        self._open.add(connection)
        return connection

    def _arguments(self) -> dict[str, Any]:
        words = self.address.translate_connect_args(username="user", database="dbname")
        said = {
            name: value if isinstance(value, str) else ",".join(value) for name, value in self.address.query.items()
        }
        password = "" if self.password is None else self.password()
        return {**_OPTIONS, **words, **said, **({"password": password} if password else {})}

    def _engine(
        self, *, size: int, read_only: bool = False, prepared: str = _MAKE_DURABLE, pings: bool = True
    ) -> Engine:
        import psycopg  # noqa: PLC0415 -- an extra

        def connect() -> psycopg.Connection[Any]:
            connection = psycopg.connect(**self._arguments())
            self._open.add(connection)
            with connection.cursor() as cursor:
                cursor.execute(prepared)
            connection.commit()
            if read_only:  # a writer takes the database's word for it, or a read-only one would go unnoticed
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return connection

        return create_engine(
            "postgresql+psycopg://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=pings,
            hide_parameters=True,  # errors go to the log
        )

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        engine = self._engine(size=1, read_only=True)
        try:
            with self._plainly(), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """What the driver says of a server that refuses us, without its many lines."""
        try:
            yield
        except DBAPIError as error:
            if (known := self.storage_error(error)) is not None and not isinstance(known, DatabaseGoneError):
                raise known from error
            raise DatabaseGoneError(
                f"the database {self.place} can't be used: {table_copy.reason_of(error)}"
            ) from error


def _hold_commits(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({COMMIT_LOCK})")


def _refuse_unfit(connection: Connection) -> None:
    ask = connection.exec_driver_sql
    version = int(ask("SHOW server_version_num").scalar() or 0)
    if version < OLDEST:
        raise DatabaseUnfitError(
            f"the server runs PostgreSQL {version // 10_000}", f"use PostgreSQL {OLDEST // 10_000} or newer"
        )
    encoding = str(ask("SHOW server_encoding").scalar())
    if encoding != "UTF8":
        raise DatabaseUnfitError(
            f"the database stores text as {encoding}, which can't represent every name",
            "make one that does: CREATE DATABASE limen ENCODING 'UTF8' TEMPLATE template0",
        )
    if ask(_IS_OLD_COPY).scalar():
        raise DatabaseReadOnlyError


def _is_no_answer(error: DBAPIError) -> bool:
    """A connection that was never made has no SQLSTATE."""
    import psycopg  # noqa: PLC0415 -- an extra

    return isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate is None
