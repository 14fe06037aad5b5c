"""What is kept of the roadmap: how controls stood on each day, what is closed, excepted and stated. Its only SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Day, Standing
from limen.roadmap.model import Grade
from limen.roadmap.statements import Statement
from limen.storage.rows import put, row_of
from limen.storage.tables import metadata, rows_called

roadmap_days = Table(
    "roadmap_days",
    metadata,
    Column("control", String(8), nullable=False),
    Column("day", String(10), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("is_met", Boolean, nullable=False),
    PrimaryKeyConstraint("control", "day", name="pk_roadmap_days"),
)
"""It outlives the events that it was counted from. Nobody is named in it."""
roadmap_standings = Table(
    "roadmap_standings",
    metadata,
    Column("control", String(8), primary_key=True),
    Column("closed_at", BigInteger, nullable=False),
    Column("below_since", BigInteger, nullable=False),
    Column("looks_below", Integer, nullable=False),
)
roadmap_phases = Table(
    "roadmap_phases",
    metadata,
    Column("phase", Integer, primary_key=True, autoincrement=False),
    Column("closed_at", BigInteger, nullable=False),
)
roadmap_exceptions = Table(
    "roadmap_exceptions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("control", String(8), nullable=False),
    Column("row_id", String(200), nullable=False),
    Column("why", String(300), nullable=False),
    Column("compensation", String(300), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("decided_by", String(40), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    info=rows_called("exception of the roadmap", "exceptions of the roadmap"),
)
roadmap_statements = Table(
    "roadmap_statements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("area", String(20), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("why", String(300), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("said_by", String(40), nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("contradicted_at", BigInteger, nullable=False),
    Column("contradicted_by", String(200), nullable=False),
    info=rows_called("statement for the roadmap", "statements for the roadmap"),
)
TABLES: Final = (roadmap_days, roadmap_standings, roadmap_phases, roadmap_exceptions, roadmap_statements)

_DAYS, _E, _S = roadmap_days.c, roadmap_exceptions.c, roadmap_statements.c


def keep_days(connection: Connection, days: Iterable[Day]) -> None:
    """In place of what was kept of the same control and day."""
    for one in days:
        put(connection, roadmap_days, {**row_of(one), "day": one.day.isoformat(), "grade": int(one.grade)})


def days_since(connection: Connection, since: date) -> dict[str, dict[date, Day]]:
    """By control, then by day, from that day on."""
    found: dict[str, dict[date, Day]] = {}
    for row in connection.execute(select(roadmap_days).where(_DAYS.day >= since.isoformat())).mappings():
        day = date.fromisoformat(row["day"])
        found.setdefault(row["control"], {})[day] = Day(**{**row, "day": day, "grade": Grade(row["grade"])})
    return found


def first_day(connection: Connection) -> date | None:
    """The day that was measured first; None before any."""
    found = connection.scalar(select(func.min(_DAYS.day)))
    return date.fromisoformat(found) if found else None


def forget_days(connection: Connection, before: date) -> int:
    """Drop what is older; how many."""
    return int(connection.execute(delete(roadmap_days).where(_DAYS.day < before.isoformat())).rowcount)


def standings(connection: Connection) -> dict[str, Standing]:
    return {row["control"]: Standing(**row) for row in connection.execute(select(roadmap_standings)).mappings()}


def keep_standings(connection: Connection, kept: Iterable[Standing]) -> None:
    """In place of all that was kept."""
    connection.execute(delete(roadmap_standings))
    for one in kept:
        connection.execute(insert(roadmap_standings).values(row_of(one)))


def closed_phases(connection: Connection) -> dict[int, Instant]:
    """Since when each phase is closed that is."""
    return {row.phase: row.closed_at for row in connection.execute(select(roadmap_phases))}


def keep_closed_phases(connection: Connection, closed: Mapping[int, Instant]) -> None:
    connection.execute(delete(roadmap_phases))
    for phase, at in closed.items():
        connection.execute(insert(roadmap_phases).values(phase=phase, closed_at=at))


def exceptions(connection: Connection) -> list[RoadmapException]:
    """Also those that are over; the newest first."""
    query = select(roadmap_exceptions).order_by(_E.decided_at.desc(), _E.id)
    return [RoadmapException(**row) for row in connection.execute(query).mappings()]


def except_(connection: Connection, one: RoadmapException) -> None:
    connection.execute(insert(roadmap_exceptions).values(row_of(one)))


def end_exception(connection: Connection, exception_id: str, now: Instant) -> bool:
    """False where there is none that is not over."""
    where = (_E.id == exception_id) & (_E.ended_at == 0) & (_E.until > now)
    return bool(connection.execute(update(roadmap_exceptions).where(where).values(ended_at=now)).rowcount)


def statements(connection: Connection) -> list[Statement]:
    """Also those that are over; the newest first."""
    query = select(roadmap_statements).order_by(_S.said_at.desc(), _S.id)
    return [Statement(**row) for row in connection.execute(query).mappings()]


def state(connection: Connection, one: Statement) -> None:
    connection.execute(insert(roadmap_statements).values(row_of(one)))


def end_statement(connection: Connection, statement_id: str, now: Instant) -> bool:
    """False where there is none that is not over."""
    return _over(connection, statement_id, now, ended_at=now)


def contradict(connection: Connection, statement_id: str, now: Instant, what: str) -> bool:
    """It counts no more, for good. False where there is none that is not over."""
    return _over(connection, statement_id, now, contradicted_at=now, contradicted_by=what[:200])


def _over(connection: Connection, statement_id: str, now: Instant, **values: object) -> bool:
    where = (_S.id == statement_id) & (_S.ended_at == 0) & (_S.contradicted_at == 0) & (_S.until > now)
    return bool(connection.execute(update(roadmap_statements).where(where).values(**values)).rowcount)
