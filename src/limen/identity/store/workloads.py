"""Workloads and their tokens; of a token only its hash."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.identity.workload import Workload, WorkloadToken
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
    connection.execute(
        insert(workloads).values(
            id=workload.id,
            name=workload.name,
            groups=" ".join(sorted(workload.groups)),
            apps=" ".join(sorted(workload.apps)),
            active=workload.active,
            created_at=now,
        )
    )


def add_token(connection: Connection, token: WorkloadToken, token_hash: bytes) -> None:
    connection.execute(
        insert(workload_tokens).values(
            id=token.id,
            workload_id=token.workload_id,
            token_hash=token_hash,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
        )
    )


def all_known(connection: Connection) -> list[Workload]:
    return [_workload(row) for row in connection.execute(_workloads().order_by(workloads.c.name))]


def by_id(connection: Connection, workload_id: str) -> Workload | None:
    row = connection.execute(_workloads().where(workloads.c.id == workload_id)).first()
    return _workload(row) if row else None


def by_name(connection: Connection, name: str) -> Workload | None:
    row = connection.execute(_workloads().where(workloads.c.name == name)).first()
    return _workload(row) if row else None


def tokens_of(connection: Connection, workload_id: str) -> list[tuple[bytes, WorkloadToken]]:
    """Its tokens with their hashes, the oldest first."""
    columns = workload_tokens.c
    chosen = select(columns.token_hash, columns.id, columns.workload_id, columns.issued_at, columns.expires_at).where(
        columns.workload_id == workload_id
    )
    rows = connection.execute(chosen.order_by(columns.issued_at, columns.id))
    return [(token_hash, WorkloadToken(*rest)) for token_hash, *rest in rows]


def shut(connection: Connection, workload_id: str) -> None:
    """It is active no more, and its tokens are gone."""
    connection.execute(update(workloads).where(workloads.c.id == workload_id).values(active=False))
    connection.execute(workload_tokens.delete().where(workload_tokens.c.workload_id == workload_id))


def reopen(connection: Connection, workload: Workload) -> None:
    """Active (again), with these groups and apps."""
    connection.execute(
        update(workloads)
        .where(workloads.c.id == workload.id)
        .values(active=True, groups=" ".join(sorted(workload.groups)), apps=" ".join(sorted(workload.apps)))
    )


def _workloads() -> Select[tuple[str, str, str, str, bool]]:
    columns = workloads.c
    return select(columns.id, columns.name, columns.groups, columns.apps, columns.active)


def _workload(row: Row[tuple[str, str, str, str, bool]]) -> Workload:
    return Workload(row.id, row.name, frozenset(row.groups.split()), frozenset(row.apps.split()), row.active)
