"""The register of workers: which may be deciding, and how far each has come. By it a revocation knows when to return.

A worker decides until its lease ends, and a lease counts from before a read of the database: so whatever a worker does,
it decides for no longer than a lease after a commit that it has not read. The register says when it is known earlier:

1. A worker reads all facts, registers, then reads what changed meanwhile; only then it may acknowledge and decide.
2. It extends its lease only after its acknowledgement stood in the register: `acknowledge` is False where it was
   removed, and then it begins again with 1.
3. Whoever revokes commits first and then looks who is `behind`. A worker that is not in the register has no lease that
   it could extend; a worker that registers later reads what was committed.

Nobody compares clocks. A worker's `beat` rises with each acknowledgement; whoever sees the same beat for the length of
a lease, by a clock of its own, knows that this lease is over, and removes it. So does whoever finds a worker's lock on
this machine free: its process has ended. That a connection ended says nothing: who had it may go on deciding.

On PostgreSQL the register is an unlogged table, which a crash empties; on SQLite a small file of its own. Where it had
to be made anew, somebody of whom it knows nothing may still decide: `UNKNOWN` stands for them, for one lease.

Each worker writes a chain of the journal of its own. Two that write one (`is_doubled`), as on a machine that was
copied, would carry each other's events and overwrite what is known of the chain: the later one does not decide.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    bindparam,
    delete,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from limen.clock import Clock, Instant, SystemClock
from limen.storage.errors import StorageError
from limen.storage.worker_locks import WorkerLocks

T = TypeVar("T")

TABLE: Final = "workers"
UNKNOWN: Final = ""
"""The row of workers that are in no register; its `seq` is `KNOWS_ALL` once none of them can hold a lease."""
KNOWS_ALL: Final = 1 << 62

_metadata: Final = MetaData()
_workers: Final = Table(
    TABLE,
    _metadata,
    Column("worker", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("machine", String(80), nullable=False),
    Column("chain", String(40), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("doing", String(200), nullable=False, server_default=""),
)
"""Not among Limen's tables: no backup holds it, and nothing in it outlives the processes that it is about."""

MAKE: Final = (
    "CREATE {kind} IF NOT EXISTS workers (worker VARCHAR(40) PRIMARY KEY, seq BIGINT NOT NULL, beat BIGINT NOT NULL,"
    " machine VARCHAR(80) NOT NULL, chain VARCHAR(40) NOT NULL, pid INTEGER NOT NULL, since BIGINT NOT NULL,"
    " requests BIGINT NOT NULL, doing VARCHAR(200) NOT NULL DEFAULT '')"
)
_NOBODY_YET: Final = (
    "INSERT INTO workers (worker, seq, beat, machine, chain, pid, since, requests)"
    " VALUES ('', {seq}, 0, '', '', 0, 0, 0) ON CONFLICT DO NOTHING"
)

_NOT_KNOWN: Final = select(_workers.c.seq).where(_workers.c.worker == UNKNOWN)
_OF_ONE: Final = update(_workers).where(_workers.c.worker == bindparam("one"))
_HOW_FAR: Final = select(_workers.c.worker, _workers.c.seq, _workers.c.beat, _workers.c.machine)
"""Built once: most of what a worker that is asked nothing takes of a processor is this register."""


class Doing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker says of itself, for people to read and for nothing else: when it acknowledged last by its own
    clock, whether it leads its "machine" or "all" of them, its version, and how many bytes are free where its data lie
    (-1: it has not looked).
    """

    at: Instant = 0
    leads: str = ""
    version: str = ""
    free_bytes: int = -1


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as the register has it: it has applied every change up to `seq`, and acknowledged that as its `beat`.

    `machine` is where its lock lies, `chain` that of the journal which it writes, `requests` what it has answered.
    """

    worker: str
    seq: int
    beat: int
    machine: str
    chain: str
    pid: int
    since: Instant
    requests: int
    doing: Doing = field(default_factory=Doing)


def make_register(connection: Connection, kind: str) -> None:
    """Have the table; one that an older Limen made is made anew. `kind` is what to create."""
    if connection.dialect.has_table(connection, TABLE):
        if {column["name"] for column in inspect(connection).get_columns(TABLE)} >= set(_workers.c.keys()):
            return
        connection.exec_driver_sql(f"DROP TABLE {TABLE}")
    connection.exec_driver_sql(MAKE.format(kind=kind))


class Workers:
    """The register, as one worker sees it: every call is a statement or two, made in the caller's thread.

    `engine` leads to it, each statement a transaction; `make` has the table made there. `had_predecessors` says whether
    somebody may decide by this database of whom a register that was made just now knows nothing.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        locks: WorkerLocks,
        *,
        storage_error: Callable[[DBAPIError], StorageError | None],
        had_predecessors: Callable[[], bool],
        still_there: Callable[[], bool] = lambda: True,
        clock: Clock | None = None,
    ) -> None:
        self.name = secrets.token_hex(6)
        self.chain = ""
        self.requests: Callable[[], int] = lambda: 0
        self.doing: Callable[[], Doing] = Doing
        self._make_engine = engine
        self._engine: Engine | None = None
        self._locks = locks
        self._storage_error = storage_error
        self._had_predecessors = had_predecessors
        self._still_there = still_there
        self._clock = clock or SystemClock()
        self._beat = 0
        self._seen: dict[str, tuple[int, float]] = {}
        self._one_at_a_time = threading.RLock()

    @property
    def folder(self) -> Path | None:
        """Where the locks of this machine's workers lie."""
        return self._locks.folder

    @property
    def machine(self) -> str:
        """As `Worker.machine` says it of this one."""
        return self._locks.machine

    def prepare(self) -> None:
        """Have the register; done before anything is read by which somebody may decide. Whoever is in it is seen from
        now on: by the time that all is read, their leases may be over.
        """
        self.tidy(inf)

    def register(self, seq: int) -> None:
        """From now on whoever revokes waits for this worker, which has read everything up to `seq`."""
        self._locks.hold(self.name)

        def write(connection: Connection) -> None:
            connection.execute(delete(_workers).where(_workers.c.worker == self.name))
            connection.execute(_workers.insert().values(**self._row(seq)))

        self._on(write)

    def is_doubled(self, lease_seconds: float) -> bool:
        """Whether a worker of another machine writes the chain of this one, as far as can be known now."""
        return bool(self.chain) and self._on(lambda connection: self._is_doubled(connection, lease_seconds))

    def acknowledge(self, seq: int) -> bool:
        """Everything up to `seq` is applied here. False where this worker is not in the register any more."""
        self._beat += 1
        mine = {"one": self.name, "seq": seq, "beat": self._beat, "requests": self.requests(), "doing": self._said()}
        return self._on(lambda connection: connection.execute(_OF_ONE, mine).rowcount == 1)

    def leave(self) -> None:
        """Decide no more."""
        try:
            self._on(lambda connection: connection.execute(delete(_workers).where(_workers.c.worker == self.name)))
        finally:
            self._locks.release()

    def behind(self, seq: int, lease_seconds: float) -> bool:
        """Whether somebody may still decide without knowing change `seq`, as far as can be known now."""
        return self._on(lambda connection: self._behind(connection, seq, lease_seconds))

    def tidy(self, lease_seconds: float) -> None:
        """Remove whoever has ended, or has not moved for a lease."""
        self._on(lambda connection: self._remove_the_dead(connection, KNOWS_ALL, lease_seconds))

    def all(self) -> list[Worker]:
        """Who is registered, the longest first."""
        chosen = select(_workers).where(_workers.c.worker != UNKNOWN).order_by(_workers.c.since, _workers.c.worker)
        return self._on(lambda connection: [_worker(row) for row in connection.execute(chosen).mappings()])

    def close(self) -> None:
        with self._one_at_a_time:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    # Inside

    def _behind(self, connection: Connection, seq: int, lease_seconds: float) -> bool:
        rows = self._remove_the_dead(connection, seq, lease_seconds)
        return UNKNOWN not in rows or any(known < seq for known in rows.values())

    def _is_doubled(self, connection: Connection, lease_seconds: float) -> bool:
        self._remove_the_dead(connection, KNOWS_ALL, lease_seconds)
        others = (_workers.c.worker != self.name, _workers.c.machine != self._locks.machine)
        same = select(_workers.c.worker).where(_workers.c.chain == self.chain, *others).limit(1)
        return connection.scalar(same) is not None

    def _remove_the_dead(self, connection: Connection, seq: int, lease_seconds: float) -> Mapping[str, int]:
        """Of each that is left, what it knows. Only those behind `seq` are looked at."""
        rows = connection.execute(_HOW_FAR).all()
        looked_at = self._clock.monotonic()  # after it was read: no beat that stands there is younger
        left = {}
        for worker, known, beat, machine in rows:
            left[worker] = known
            seen_beat, since = self._seen.get(worker, (-1, 0.0))
            if seen_beat != beat:
                since = looked_at
                self._seen[worker] = (beat, since)
            if known >= seq or worker == self.name:
                continue
            if worker != UNKNOWN and machine == self._locks.machine and self._locks.is_free(worker):
                connection.execute(delete(_workers).where(_workers.c.worker == worker))
                self._locks.forget(worker)
            elif looked_at - since < lease_seconds or not self._is_removed(connection, worker, beat):
                continue
            if worker == UNKNOWN:
                left[worker] = KNOWS_ALL
            else:
                del left[worker]
        self._seen = {worker: seen for worker, seen in self._seen.items() if worker in left}
        return left

    def _is_removed(self, connection: Connection, worker: str, beat: int) -> bool:
        """Remove it, unless it has acknowledged something since."""
        same = (_workers.c.worker == worker, _workers.c.beat == beat)
        if worker == UNKNOWN:
            return connection.execute(update(_workers).where(*same).values(seq=KNOWS_ALL)).rowcount == 1
        return connection.execute(delete(_workers).where(*same)).rowcount == 1

    def _on(self, work: Callable[[Connection], T]) -> T:
        with self._one_at_a_time:
            try:
                if self._engine is not None and not self._still_there():
                    self.close()
                if self._engine is None:
                    self._engine = self._make_engine()
                    self._seen.clear()
                with self._engine.connect() as connection:
                    self._note_the_unknown(connection)
                    return work(connection)
            except DBAPIError as error:
                self.close()
                raise self._storage_error(error) or error from error

    def _note_the_unknown(self, connection: Connection) -> None:
        if connection.scalar(_NOT_KNOWN) is None:
            seq = -1 if self._had_predecessors() else KNOWS_ALL
            connection.exec_driver_sql(_NOBODY_YET.format(seq=seq))

    def _row(self, seq: int) -> dict[str, object]:
        return {
            "worker": self.name,
            "seq": seq,
            "beat": self._beat,
            "machine": self._locks.machine,
            "chain": self.chain,
            "pid": os.getpid(),
            "since": self._clock.now(),
            "requests": self.requests(),
            "doing": self._said(),
        }

    def _said(self) -> str:
        return msgspec.json.encode(self.doing()).decode()


def _worker(row: RowMapping) -> Worker:
    try:
        doing = msgspec.json.decode(str(row["doing"]), type=Doing)
    except msgspec.MsgspecError:
        doing = Doing()
    found: dict[str, Any] = {**row, "doing": doing}
    return Worker(**found)
