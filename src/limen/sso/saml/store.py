"""SAML's table: the keys that assertions are signed with. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage import metadata

saml_keys = Table(
    "saml_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("signs_at", BigInteger, nullable=False),
)
"""Private keys with their certificates, sealed, and from when on each signs."""

KEYS_CHANGED: Final = "saml_keys"
"""Every worker reads all of them again: what is discarded signs, proves and is published nowhere then."""
TABLES: Final = (saml_keys,)


def keys(connection: Connection) -> list[tuple[str, bytes, Instant, Instant]]:
    """Id, sealed key, when it was made and from when on it signs: of every key, the one that signs last first."""
    chosen = select(saml_keys).order_by(saml_keys.c.signs_at.desc(), saml_keys.c.made_at.desc())
    return [(row.id, row.sealed, row.made_at, row.signs_at) for row in connection.execute(chosen)]


def add_key(connection: Connection, key_id: str, sealed: bytes, made_at: Instant, signs_at: Instant) -> None:
    connection.execute(insert(saml_keys).values(id=key_id, sealed=sealed, made_at=made_at, signs_at=signs_at))


def drop_keys(connection: Connection, key_ids: Sequence[str]) -> None:
    connection.execute(delete(saml_keys).where(saml_keys.c.id.in_(key_ids)))
