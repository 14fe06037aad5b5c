"""Runs of probes, as they are asked for, under way and kept. Its only SQL. Nobody but whoever asked is named in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Row, String, Table, Text, delete, insert, select, update

from limen.clock import Instant
from limen.probes.model import MOST_TRIES, Outcome, Run, Try
from limen.storage.rows import row_of
from limen.storage.tables import metadata, rows_called

MOST_LISTED: Final = 200
LONGEST_WHY: Final = 400

probe_runs = Table(
    "probe_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("probe", String(20), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("took", BigInteger, nullable=False),
    Column("why", String(LONGEST_WHY), nullable=False),
    Column("tries", Text, nullable=False),
    info=rows_called("run of a probe", "runs of probes"),
)
"""`outcome` is "" while it has none. `tries` is JSON."""
Index("ix_probe_runs_probe", probe_runs.c.probe, probe_runs.c.asked_at)
TABLES: Final = (probe_runs,)
_R: Final = probe_runs.c
_TRIES: Final = msgspec.json.Decoder(tuple[Try, ...])


def add(connection: Connection, run: Run) -> None:
    connection.execute(insert(probe_runs).values(_values(run)))


def keep(connection: Connection, run: Run) -> None:
    """In place of what was kept of it."""
    connection.execute(update(probe_runs).where(_R.id == run.id).values(_values(run)))


def by_id(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(select(probe_runs).where(_R.id == run_id)).first()
    return _run(row) if row else None


def open_runs(connection: Connection) -> list[Run]:
    """Those that wait or are under way, the oldest first."""
    rows = connection.execute(select(probe_runs).where(_R.ended_at == 0).order_by(_R.asked_at, _R.id))
    return [_run(row) for row in rows]


def newest_of(connection: Connection, probe: str, *, is_ended: bool = False) -> Run | None:
    """The run that was asked for last; of those that are over alone, where it `is_ended`."""
    query = select(probe_runs).where(_R.probe == probe).order_by(_R.asked_at.desc(), _R.id.desc()).limit(1)
    row = connection.execute(query.where(_R.ended_at > 0) if is_ended else query).first()
    return _run(row) if row else None


def of_probe(connection: Connection, probe: str, most: int = MOST_LISTED) -> list[Run]:
    """The newest first."""
    query = select(probe_runs).where(_R.probe == probe).order_by(_R.asked_at.desc(), _R.id.desc()).limit(most)
    return [_run(row) for row in connection.execute(query)]


def newest(connection: Connection) -> dict[str, Run]:
    """Of each probe the newest run that is over."""
    names = connection.scalars(select(_R.probe).distinct()).all()
    found = {name: newest_of(connection, name, is_ended=True) for name in names}
    return {name: run for name, run in found.items() if run is not None}


def remove_waiting(connection: Connection, run_id: str) -> bool:
    """False where it is not there, or has begun."""
    return bool(connection.execute(delete(probe_runs).where(_R.id == run_id, _R.started_at == 0)).rowcount)


def forget(connection: Connection, before: Instant) -> int:
    """Drop what is older, but for the newest of each probe; how many."""
    spared = [run.id for run in newest(connection).values()]
    where = (_R.ended_at > 0) & (_R.ended_at < before) & _R.id.not_in(spared)
    return int(connection.execute(delete(probe_runs).where(where)).rowcount)


def _values(run: Run) -> dict[str, object]:
    tries = msgspec.json.encode(run.tries[:MOST_TRIES]).decode()
    words = {"outcome": run.outcome.value if run.outcome else "", "why": run.why[:LONGEST_WHY]}
    return {**row_of(replace(run, tries=())), **words, "tries": tries}


def _run(row: Row[tuple[object, ...]]) -> Run:
    said = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to columns by name
    outcome = Outcome(said["outcome"]) if said["outcome"] else None
    return Run(**{**said, "outcome": outcome, "tries": _TRIES.decode(said["tries"])})
