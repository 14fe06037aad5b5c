"""Workloads and their tokens; of a token only its hash."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.identity.model import Terms, Workload, WorkloadToken
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata

workloads = Table(
    "workloads",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("groups", Text, nullable=False),
    Column("apps", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("owner", String(40), nullable=False, server_default=""),
    Column("purpose", String(200), nullable=False, server_default=""),
    Column("expires_at", BigInteger, nullable=False, server_default="0"),
    Column("reminded_at", BigInteger, nullable=False, server_default="0"),
)
"""`groups` and `apps` are ids, a space between two: an id holds none."""

workload_tokens = Table(
    "workload_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("workload_id", String(40), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""A token that was revoked is gone."""


def add(connection: Connection, workload: Workload, now: Instant) -> None:
    connection.execute(insert(workloads).values(row_of(workload) | {"created_at": now}))


def add_token(connection: Connection, token: WorkloadToken, token_hash: bytes) -> None:
    connection.execute(insert(workload_tokens).values(row_of(token) | {"token_hash": token_hash}))


def all_known(connection: Connection) -> list[Workload]:
    return [_workload(row) for row in connection.execute(select(workloads).order_by(workloads.c.name))]


def by_id(connection: Connection, workload_id: str) -> Workload | None:
    row = connection.execute(select(workloads).where(workloads.c.id == workload_id)).first()
    return _workload(row) if row else None


def by_name(connection: Connection, name: str) -> Workload | None:
    row = connection.execute(select(workloads).where(workloads.c.name == name)).first()
    return _workload(row) if row else None


def tokens_of(connection: Connection, workload_id: str) -> list[tuple[bytes, WorkloadToken]]:
    """Its tokens with their hashes, the oldest first."""
    query = select(workload_tokens).where(workload_tokens.c.workload_id == workload_id)
    rows = connection.execute(query.order_by(workload_tokens.c.issued_at, workload_tokens.c.id))
    return [(row.token_hash, value_of(WorkloadToken, row)) for row in rows]


def shut(connection: Connection, workload_id: str) -> None:
    """It is active no more."""
    connection.execute(update(workloads).where(workloads.c.id == workload_id).values(active=False))


def reopen(connection: Connection, workload: Workload) -> None:
    """Active (again), with these groups, apps and terms."""
    again = {name: held for name, held in row_of(workload).items() if name not in {"id", "name", "active"}}
    connection.execute(update(workloads).where(workloads.c.id == workload.id).values(active=True, **again))


def set_terms(connection: Connection, workload_id: str, terms: Terms) -> None:
    """From now on; whoever was reminded of the end before is reminded of this one, too."""
    said = {"owner": terms.owner, "purpose": terms.purpose, "expires_at": terms.expires_at, "reminded_at": 0}
    connection.execute(update(workloads).where(workloads.c.id == workload_id).values(said))


def note_reminded(connection: Connection, workload_id: str, before: Instant, now: Instant) -> bool:
    """Whoever answers for it is reminded now; False where they were since that instant."""
    where = (workloads.c.id == workload_id, workloads.c.reminded_at < before)
    return bool(connection.execute(update(workloads).where(*where).values(reminded_at=now)).rowcount == 1)


def _workload(row: Row[Any]) -> Workload:
    return value_of(Workload, row, groups=frozenset(row.groups.split()), apps=frozenset(row.apps.split()))
