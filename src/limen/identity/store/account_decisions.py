"""What was decided about accounts that may not be one person's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, delete, func, insert, or_, select, update

from limen.clock import Instant
from limen.identity.model import AccountDecision
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called

account_decisions = Table(
    "account_decisions",
    metadata,
    Column("finding_id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("other_id", String(40), nullable=False, index=True),
    Column("choice", String(20), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("why", String(300), nullable=False),
    Column("decided_by", String(40), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    info=rows_called("decision about an account", "decisions about accounts"),
)
_C = account_decisions.c


def keep(connection: Connection, decision: AccountDecision) -> None:
    connection.execute(delete(account_decisions).where(_C.finding_id == decision.finding_id))
    connection.execute(insert(account_decisions).values(row_of(decision)))


def by_finding(connection: Connection, finding_id: str) -> AccountDecision | None:
    row = connection.execute(select(account_decisions).where(_C.finding_id == finding_id)).first()
    return _decision(row) if row is not None else None


def every(connection: Connection) -> list[AccountDecision]:
    """Also those that are over; the newest first."""
    query = select(account_decisions).order_by(_C.decided_at.desc(), _C.finding_id)
    return [_decision(row) for row in connection.execute(query)]


def count(connection: Connection, now: Instant) -> int:
    """How many hold."""
    where = (_C.ended_at == 0, _C.until > now)
    return connection.scalar(select(func.count()).select_from(account_decisions).where(*where)) or 0


def end(connection: Connection, finding_id: str, now: Instant) -> None:
    connection.execute(update(account_decisions).where(_C.finding_id == finding_id).values(ended_at=now))


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that were over then; how many."""
    is_over = or_(_C.until < before, (_C.ended_at > 0) & (_C.ended_at < before))
    return int(connection.execute(delete(account_decisions).where(is_over)).rowcount)


def erase(connection: Connection, person_id: str) -> None:
    """What is about somebody and another: the other's row names them, too."""
    connection.execute(delete(account_decisions).where(_C.other_id == person_id))


def _decision(row: Row[Any]) -> AccountDecision:
    return value_of(AccountDecision, row)
