"""What every worker and node must know of, for minutes: states of browsers, codes, requests that wait, what came once.

One table for all of it, on shelves with bounds of their own. It costs no fsync: beside SQLite it is a file of its own,
on PostgreSQL a table whose commits nobody waits for. A crash of the machine may lose its last second, and what was
done by it is never lost before it: on PostgreSQL both stand in one log. Names are kept as their SHA-256 alone, and
what stands under a name is encrypted with it: whoever reads the table learns what they knew the name of.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    case,
    create_engine,
    delete,
    event,
    func,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from limen.clock import APART, Clock, Instant
from limen.storage.rows import insert_into

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from limen.storage.errors import StorageError

T = TypeVar("T")

NAME: Final = "kept_briefly"
LONGEST: Final = 4_000_000
"""Bytes of what is kept under one name. Whoever keeps something has a bound of its own, which is mostly far below."""
FORGOTTEN_EVERY_SECONDS: Final = 600.0
_NONCE: Final = 12
_COUNTED_EVERY: Final = 1_000
"""A shelf is counted whenever a thousandth of it was added, so each worker may bring it that much above its bound."""

tables = MetaData()
"""Apart from Limen's others: no backup holds this, and no copy."""

kept_briefly = Table(
    NAME,
    tables,
    Column("name", LargeBinary, primary_key=True),
    Column("shelf", String(60), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_kept_briefly_source", "shelf", "source", "place"),
    Index("ix_kept_briefly_place", "shelf", "place"),
    sqlite_with_rowid=False,
)
"""`source` is whose share a row takes, `place` where it stands in the order of coming."""

_COLUMNS: Final = kept_briefly.c


class WhenFull(Enum):
    """Who makes room where a shelf has no more: its oldest, the oldest of the source with the most, or nobody."""

    OLDEST = auto()
    OF_THE_LARGEST = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of what is kept. Of one source at most `most_of_a_source` (0: as many as there is room for), beyond
    which its own oldest makes room; of all at most `most`.
    """

    name: str
    most: int
    most_of_a_source: int = 0
    when_full: WhenFull = WhenFull.OLDEST


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands under a name."""

    data: bytes
    source: str
    until: Instant


class Rows:
    """What can be done in one transaction. What is over is not there."""

    __slots__ = ("_added", "_connection", "_place", "now")

    def __init__(self, connection: Connection, now: Instant, place: Callable[[], int], added: dict[Shelf, int]) -> None:
        self._connection = connection
        self._place = place
        self._added = added
        self.now = now

    def put(self, shelf: Shelf, name: str | bytes, data: bytes, until: Instant, source: str = "") -> bool:
        """Keep it under this name, in place of what stands there; False where nobody makes room for it."""
        return self._add(shelf, name, data, until, source, in_place=True)

    def put_first(self, shelf: Shelf, name: str | bytes, data: bytes, until: Instant, source: str = "") -> bool:
        """`put`, where nothing stands there: of many at once exactly one gets True."""
        return self._add(shelf, name, data, until, source, in_place=False)

    def look(self, shelf: Shelf, name: str | bytes) -> Kept | None:
        """What stands there."""
        columns = (_COLUMNS.data, _COLUMNS.source, _COLUMNS.until)
        found = self._connection.execute(select(*columns).where(self._is_there(shelf, _hashed(name)))).one_or_none()
        return None if found is None else Kept(_opened(name, bytes(found.data)), found.source, found.until)

    def take(self, shelf: Shelf, name: str | bytes) -> Kept | None:
        """What stood there, and does no more: of many at once exactly one gets it."""
        found = self.look(shelf, name)
        return found if found is not None and self.drop(shelf, name) else None

    def drop(self, shelf: Shelf, name: str | bytes) -> bool:
        """Whether something stood there; it does no more."""
        gone = delete(kept_briefly).where(self._is_there(shelf, _hashed(name)))
        return bool(self._connection.execute(gone).rowcount)

    def change(self, shelf: Shelf, name: str | bytes, data: bytes) -> bool:
        """Whether something stands there; it is this from now on, where it was and until then."""
        changed = update(kept_briefly).where(self._is_there(shelf, _hashed(name))).values(data=_sealed(name, data))
        return bool(self._connection.execute(changed).rowcount)

    def shelves_of(self, name: str | bytes) -> frozenset[str]:
        """The names of the shelves on which something stands under this name."""
        there = and_(_COLUMNS.name == _hashed(name), _COLUMNS.until > self.now)
        return frozenset(self._connection.scalars(select(_COLUMNS.shelf).where(there)))

    def hold(self, shelf: Shelf, name: str | bytes) -> None:
        """Let nobody else hold this name until the end of this transaction, whether or not anything stands there: for
        whoever looks first and then writes. Whoever holds several takes them in one order everywhere.
        """
        if self._connection.dialect.name != "sqlite":  # which has one writer at a time
            number = int.from_bytes(sha256(shelf.name.encode() + b" " + _hashed(name)).digest()[:8], signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def forget_what_is_over(self) -> int:
        """How many rows went, of whatever shelf: of one to which nothing is added any more, too. A row without data
        says that something came, and stays until it can't come again by any clock.
        """
        is_over = _COLUMNS.until <= case((_COLUMNS.data == b"", self.now - APART), else_=self.now)
        return int(self._connection.execute(delete(kept_briefly).where(is_over)).rowcount)

    def count(self, shelf: Shelf) -> int:
        """How many stand there, with those that are over and not yet forgotten."""
        return self._number(_COLUMNS.shelf == shelf.name)

    # Inside

    def _add(
        self, shelf: Shelf, name: str | bytes, data: bytes, until: Instant, source: str, *, in_place: bool
    ) -> bool:
        if len(data) > LONGEST:
            raise ValueError(f"at most {LONGEST} bytes are kept under one name")
        hashed = _hashed(name)
        if self._stands(shelf, hashed):
            if not in_place:
                return False
        elif not self._make_room(shelf, source):
            return False
        new = {"data": _sealed(name, data), "source": source, "place": self._place(), "until": until}
        written = insert_into(self._connection.dialect.name, kept_briefly).values(shelf=shelf.name, name=hashed, **new)
        is_free = None if in_place else _COLUMNS.until <= self.now
        upserted = written.on_conflict_do_update(index_elements=["name", "shelf"], set_=new, where=is_free)
        done = self._connection.execute(upserted, execution_options={"preserve_rowcount": True})
        return bool(done.rowcount == 1)

    def _make_room(self, shelf: Shelf, source: str) -> bool:
        all_of_it = _COLUMNS.shelf == shelf.name
        if shelf.most_of_a_source:
            own = and_(all_of_it, _COLUMNS.source == source)
            if self._beyond(own, shelf.most_of_a_source) > 0:
                self._forget_oldest(own, self._beyond_without_what_is_over(own, shelf.most_of_a_source))
        step = max(1, shelf.most // _COUNTED_EVERY)
        self._added[shelf] = self._added.get(shelf, step) + 1
        if self._added[shelf] <= step:
            return True
        beyond = self._beyond_without_what_is_over(all_of_it, shelf.most - step + 1)
        if beyond > 0 and shelf.when_full is WhenFull.NOBODY:
            return False  # and looked at anew by the next
        self._forget(shelf, beyond)
        self._added[shelf] = 1
        return True

    def _beyond(self, which: ColumnElement[bool], most: int) -> int:
        """How many have to go so that there is room for one more."""
        return self._number(which) + 1 - most

    def _beyond_without_what_is_over(self, which: ColumnElement[bool], most: int) -> int:
        self._connection.execute(delete(kept_briefly).where(which, _COLUMNS.until <= self.now))
        return self._beyond(which, most)

    def _forget(self, shelf: Shelf, beyond: int) -> None:
        """So many, and of those who have as many as anybody the oldest first."""
        of_it = _COLUMNS.shelf == shelf.name
        if shelf.when_full is WhenFull.OLDEST:
            self._forget_oldest(of_it, beyond)
            return
        while beyond > 0:
            number = func.count()
            largest = select(_COLUMNS.source, number).where(of_it).group_by(_COLUMNS.source).order_by(number.desc())
            sources = self._connection.execute(largest.limit(2)).all()
            if not sources:
                return
            next_most = sources[1][1] if len(sources) > 1 else 0
            some = min(beyond, max(1, sources[0][1] - next_most))
            self._forget_oldest(and_(of_it, _COLUMNS.source == sources[0][0]), some)
            beyond -= some

    def _forget_oldest(self, which: ColumnElement[bool], number: int) -> None:
        if number <= 0:
            return
        oldest = select(_COLUMNS.shelf, _COLUMNS.name).where(which).order_by(_COLUMNS.place).limit(number)
        for shelf, name in self._connection.execute(oldest.with_for_update(skip_locked=True)).all():
            gone = delete(kept_briefly).where(_COLUMNS.shelf == shelf, _COLUMNS.name == name)
            self._connection.execute(gone)

    def _number(self, which: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).select_from(kept_briefly).where(which)) or 0

    def _stands(self, shelf: Shelf, hashed: bytes) -> bool:
        return self._number(self._is_there(shelf, hashed)) > 0

    def _is_there(self, shelf: Shelf, hashed: bytes) -> ColumnElement[bool]:
        return and_(_COLUMNS.shelf == shelf.name, _COLUMNS.name == hashed, _COLUMNS.until > self.now)


class KeptBriefly:
    """The shelves, for all workers over one database. `open_engine` is asked when something is done for the first time;
    `storage_error` says what a person can do about an error of the database.
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        clock: Clock,
        storage_error: Callable[[DBAPIError], StorageError | None] = lambda _error: None,
    ) -> None:
        self._open_engine = open_engine
        self._storage_error = storage_error
        self._clock = clock
        self._engine: Engine | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="limen-briefly")
        self._added: dict[Shelf, int] = {}
        self._last_place = 0

    @classmethod
    def in_memory(cls, clock: Clock) -> KeptBriefly:
        """For whoever runs without a database: one process alone."""
        return cls(_engine_in_memory, clock)

    async def do(self, work: Callable[[Rows], T]) -> T:
        """What `work` returns, in one transaction, in a thread. Raises StorageError where the database is away."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.do_here, work)

    def waited_for(self, work: Callable[[Rows], T]) -> T:
        """`do`, for whoever is in a thread that may wait."""
        return self._thread.submit(self.do_here, work).result()

    def do_here(self, work: Callable[[Rows], T]) -> T:
        """`do`, in this thread: for one at a time."""
        try:
            if self._engine is None:
                self._engine = self._open_engine()
            with self._engine.begin() as connection:
                return work(Rows(connection, self._clock.now(), self._next_place, self._added))
        except DBAPIError as error:
            raise self._storage_error(error) or error from error

    async def forget_what_is_over(self) -> None:
        """Take no room for it. Call it now and then; raises StorageError."""
        await self.do(lambda rows: rows.forget_what_is_over())

    def close(self) -> None:
        """Finish what is being done, then let go of it."""
        self._thread.shutdown()
        if self._engine is not None:
            self._engine.dispose()

    def _next_place(self) -> int:
        """By the clock, which all workers share, and never the same twice here."""
        self._last_place = max(self._clock.now() * 1_000, self._last_place + 1)
        return self._last_place


def make_table(connection: Connection) -> None:
    """Make the table where it is not there."""
    tables.create_all(connection)


def _engine_in_memory() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        make_table(connection)
    return engine


def _hashed(name: str | bytes) -> bytes:
    return sha256(_bytes(name)).digest()


def _bytes(name: str | bytes) -> bytes:
    return name.encode("utf-8", "surrogatepass") if isinstance(name, str) else name


def _sealed(name: str | bytes, data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _aead(name).encrypt(nonce, data, None) if data else b""


def _opened(name: str | bytes, sealed: bytes) -> bytes:
    return _aead(name).decrypt(sealed[:_NONCE], sealed[_NONCE:], None) if sealed else b""


def _aead(name: str | bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- heavy

    return AESGCM(hmac.digest(_bytes(name), b"limen kept briefly", sha256))
