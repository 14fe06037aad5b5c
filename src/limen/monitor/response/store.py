"""What is kept of what was done about alerts, and its queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Index, Row, String, Table, delete, func, insert, select, update

from limen.clock import Instant
from limen.monitor.response.model import Doing, Response
from limen.storage.tables import metadata

alert_responses = Table(
    "alert_responses",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("subject_kind", String(10), nullable=False),
    Column("subject_id", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("by", String(40), nullable=False),
    Column("playbook", String(40), nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_by", String(40), nullable=False),
)
Index("ix_alert_responses_subject_kind", alert_responses.c.subject_kind, alert_responses.c.subject_id)
TABLES: Final = (alert_responses,)
_PLAIN: Final = tuple(column.name for column in alert_responses.c if column.name != "kind")
_C: Final = alert_responses.c


def add(connection: Connection, response: Response) -> None:
    values: dict[str, Any] = {name: getattr(response, name) for name in _PLAIN}
    connection.execute(insert(alert_responses).values({**values, "kind": response.kind.value}))


def by_id(connection: Connection, response_id: str) -> Response | None:
    row = connection.execute(select(alert_responses).where(_C.id == response_id)).first()
    return _response(row) if row else None


def of_cases(connection: Connection, case_ids: Iterable[str]) -> list[Response]:
    """What was done about these cases, the oldest first."""
    chosen = select(alert_responses).where(_C.case_id.in_(list(case_ids)))
    return [_response(row) for row in connection.execute(chosen.order_by(_C.at, _C.id))]


def live(connection: Connection, subject: tuple[str, str], now: Instant) -> tuple[Response, ...]:
    """What goes on about somebody."""
    where = (_C.subject_kind == subject[0], _C.subject_id == subject[1], _C.ended_at == 0, _C.until > now)
    return tuple([_response(row) for row in connection.execute(select(alert_responses).where(*where).order_by(_C.at))])


def subjects(connection: Connection, now: Instant) -> list[tuple[str, str]]:
    """About whom something goes on."""
    where = (_C.ended_at == 0, _C.until > now)
    rows = connection.execute(select(_C.subject_kind, _C.subject_id).where(*where).distinct())
    return [(row.subject_kind, row.subject_id) for row in rows]


def over(connection: Connection, now: Instant) -> list[Response]:
    """Those whose time is over, and that nobody has ended."""
    where = (_C.ended_at == 0, _C.until > 0, _C.until <= now)
    return [_response(row) for row in connection.execute(select(alert_responses).where(*where))]


def end(connection: Connection, response_id: str, now: Instant, by: str) -> None:
    connection.execute(update(alert_responses).where(_C.id == response_id).values(ended_at=now, ended_by=by))


def subjects_of_playbook(connection: Connection, playbook: str, since: Instant) -> list[tuple[str, str]]:
    """To whom a playbook did something since then, once for each time."""
    where = (_C.playbook == playbook, _C.by == "", _C.at >= since)
    rows = connection.execute(select(_C.subject_kind, _C.subject_id).where(*where))
    return [(row.subject_kind, row.subject_id) for row in rows]


def was_done(connection: Connection, kind: Doing, subject: tuple[str, str], since: Instant) -> bool:
    """Whether this was done to somebody since then, and nobody has taken it back."""
    whose = (_C.subject_kind == subject[0], _C.subject_id == subject[1], _C.ended_by == "")
    where = (*whose, _C.kind == kind.value, _C.at >= since)
    return connection.scalar(select(_C.id).where(*where).limit(1)) is not None


def last_done(connection: Connection, kind: Doing, subject: tuple[str, str]) -> Instant:
    """When this was done to somebody the last time, whether it goes on or not. 0: never."""
    where = (_C.subject_kind == subject[0], _C.subject_id == subject[1], _C.kind == kind.value)
    return connection.scalar(select(func.max(_C.at)).where(*where)) or 0


def forget(connection: Connection, before: Instant) -> None:
    connection.execute(delete(alert_responses).where(_C.ended_at > 0, _C.at < before))


def _response(row: Row[Any]) -> Response:
    return Response(**{name: getattr(row, name) for name in _PLAIN}, kind=Doing(row.kind))
