"""Recovery codes, as keyed digests that tell nothing without the key."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.storage.tables import metadata, rows_called

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("recovery code", "recovery codes"),
)


def add(connection: Connection, person_id: str, digests: Iterable[bytes], now: Instant) -> None:
    rows = [{"digest": digest, "person_id": person_id, "made_at": now} for digest in digests]
    connection.execute(insert(recovery_codes), rows)


def remove_of(connection: Connection, person_id: str) -> int:
    done = connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    return int(done.rowcount)


def end_every(connection: Connection, now: Instant) -> int:
    """Make every code of everybody worthless. Returns how many were unused."""
    done = connection.execute(update(recovery_codes).where(recovery_codes.c.used_at == 0).values(used_at=now))
    return int(done.rowcount)


def holds(connection: Connection, person_id: str, digest: bytes) -> bool:
    """Whether it is a code of theirs that was not used."""
    query = select(recovery_codes.c.digest).where(*_unused(person_id, digest))
    return connection.execute(query).first() is not None


def use(connection: Connection, person_id: str, digest: bytes, now: Instant) -> bool:
    """Use a code up. Of any number that try the same one, one gets True."""
    done = connection.execute(update(recovery_codes).where(*_unused(person_id, digest)).values(used_at=now))
    return bool(done.rowcount == 1)


def left(connection: Connection, person_id: str) -> tuple[int, Instant]:
    """How many codes are unused, and when they were made (0: none were)."""
    query = select(recovery_codes.c.made_at, recovery_codes.c.used_at).where(recovery_codes.c.person_id == person_id)
    rows = connection.execute(query).all()
    return sum(not row.used_at for row in rows), max((row.made_at for row in rows), default=0)


def _unused(person_id: str, digest: bytes) -> tuple:  # type: ignore[type-arg]
    table = recovery_codes.c
    return (table.digest == digest, table.person_id == person_id, table.used_at == 0)
