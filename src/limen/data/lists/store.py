"""What is kept of tables and documents. All SQL of lists stands here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage.tables import metadata

data_lists = Table(
    "data_lists",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed_key", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)
TABLES: Final = (data_lists,)
_C: Final = data_lists.c


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list by its name. `entries` are rows or documents; `sealed_key` is the key of its digests, sealed."""

    name: str
    kind: str
    entries: int
    body: bytes
    sealed_key: bytes
    kept_at: Instant


def put(connection: Connection, kept: KeptList) -> None:
    """Keep it in place of the one of this name."""
    remove(connection, kept.name)
    connection.execute(insert(data_lists).values({name: getattr(kept, name) for name in KeptList.__slots__}))


def get(connection: Connection, name: str) -> KeptList | None:
    row = connection.execute(select(data_lists).where(_C.name == name)).mappings().one_or_none()
    return KeptList(**row) if row is not None else None


def every(connection: Connection) -> list[KeptList]:
    """All, by name."""
    return [KeptList(**row) for row in connection.execute(select(data_lists).order_by(_C.name)).mappings()]


def remove(connection: Connection, name: str) -> bool:
    """False where there is none."""
    return bool(connection.execute(delete(data_lists).where(_C.name == name)).rowcount)
