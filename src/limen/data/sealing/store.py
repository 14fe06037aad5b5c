"""Sealing keys: one for each label and period, and one more whenever they are rotated; private halves are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.facts import Label
from limen.storage.tables import metadata, rows_called

sealing_keys = Table(
    "sealing_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("label", SmallInteger, nullable=False),
    Column("period", String(10), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("provider", String(300), nullable=False),
    Column("recovery", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("shred_at", BigInteger, nullable=False),
    Column("shredded_at", BigInteger, nullable=False),
    info=rows_called("sealing key", "sealing keys"),
)
"""`wrapped` is empty once `shredded_at` is not 0. `recovery` are the recovery keys' recipients when it was made."""

TABLES: Final = (sealing_keys,)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key that files are sealed for. `shred_at`: when it is destroyed, `shredded_at`: when it was; 0: not."""

    id: str
    label: Label
    period: str
    recipient: str
    wrapped: bytes
    provider: str
    recovery: tuple[str, ...]
    made_at: Instant
    shred_at: Instant = 0
    shredded_at: Instant = 0

    @property
    def is_usable(self) -> bool:
        return not self.shred_at and not self.shredded_at


def add(connection: Connection, key: SealingKey) -> None:
    connection.execute(
        insert(sealing_keys).values(
            id=key.id,
            label=int(key.label),
            period=key.period,
            recipient=key.recipient,
            wrapped=key.wrapped,
            provider=key.provider,
            recovery=" ".join(key.recovery),
            made_at=key.made_at,
            shred_at=key.shred_at,
            shredded_at=key.shredded_at,
        )
    )


def every(connection: Connection) -> list[SealingKey]:
    """All that ever were, the newest first."""
    chosen = select(sealing_keys).order_by(sealing_keys.c.made_at.desc(), sealing_keys.c.id)
    return [_key(row) for row in connection.execute(chosen)]


def of(connection: Connection, label: Label, period: str) -> list[SealingKey]:
    """Those of a label and period, the newest first."""
    return [key for key in every(connection) if (key.label, key.period) == (label, period)]


def set_shred_at(connection: Connection, key_id: str, at: Instant) -> None:
    """When it is to be destroyed; 0: not any more."""
    where = (sealing_keys.c.id == key_id, sealing_keys.c.shredded_at == 0)
    connection.execute(update(sealing_keys).where(*where).values(shred_at=at))


def set_shredded(connection: Connection, key_id: str, now: Instant) -> None:
    """Its private half is gone."""
    values = {"wrapped": b"", "shredded_at": now}
    connection.execute(update(sealing_keys).where(sealing_keys.c.id == key_id).values(values))


def _key(row: Row[Any]) -> SealingKey:
    return SealingKey(
        row.id,
        Label(row.label),
        row.period,
        row.recipient,
        row.wrapped,
        row.provider,
        tuple(row.recovery.split()),
        row.made_at,
        row.shred_at,
        row.shredded_at,
    )
