"""Who may send logs, how it goes with each source, and the authority of their certificates. All their SQL is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.storage.kept_authority import KeptAuthority
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called

log_senders = Table(
    "log_senders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("source", String(40), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("token_hash", LargeBinary(32), unique=True),
    Column("fingerprint", LargeBinary(32), unique=True),
    Column("until", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
)
"""Each proves itself by a token, of which the hash is kept, or by a certificate (`fingerprint`: SHA-256, good `until`).
"""
log_sources = Table(
    "log_sources",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("heard_at", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("unreadable", BigInteger, nullable=False),
    Column("lost", BigInteger, nullable=False),
)
"""What came of each source since it was named first."""
log_products = Table(
    "log_products",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("product", String(40), primary_key=True),
    Column("events", BigInteger, nullable=False),
    info=rows_called("product that a source seems to send", "products that sources seem to send"),
)
"""How many records of a source looked like those of a product that it does not name."""
AUTHORITY: Final = KeptAuthority("log_authority", "logs", ("authority of senders", "authorities of senders"))
TABLES: Final = (log_senders, log_sources, log_products, AUTHORITY.table)
CHANGED: Final = "log_sender"
"""What the change feed is told of, with the sender's id."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender of a source. `until` 0: without end, as tokens are."""

    id: str
    source: str
    name: str
    made_at: Instant
    until: Instant = 0
    heard_at: Instant = 0
    token_hash: bytes = field(default=b"", repr=False)
    fingerprint: bytes = field(default=b"", repr=False)

    @property
    def has_token(self) -> bool:
        return bool(self.token_hash)


@dataclass(frozen=True, slots=True)
class Totals:
    """What came of a source. `lost` could not be kept: by UDP, or longer than a message may be. `looks_like`: how many
    records looked like those of a product, by its name, that the source did not name then.
    """

    heard_at: Instant = 0
    events: int = 0
    size: int = 0
    unreadable: int = 0
    lost: int = 0
    looks_like: Mapping[str, int] = field(default_factory=dict)


# Senders


def every(connection: Connection) -> list[Sender]:
    return [_sender(row) for row in connection.execute(select(log_senders).order_by(log_senders.c.made_at))]


def sender(connection: Connection, sender_id: str) -> Sender | None:
    row = connection.execute(select(log_senders).where(log_senders.c.id == sender_id)).first()
    return _sender(row) if row else None


def number_of(connection: Connection, source: str) -> int:
    return connection.scalar(select(func.count()).where(log_senders.c.source == source)) or 0


def add(connection: Connection, one: Sender) -> None:
    values = row_of(one) | {"token_hash": one.token_hash or None, "fingerprint": one.fingerprint or None}
    connection.execute(insert(log_senders).values(values))


def remove(connection: Connection, sender_id: str) -> bool:
    return bool(connection.execute(delete(log_senders).where(log_senders.c.id == sender_id)).rowcount)


def remove_all(connection: Connection) -> int:
    return int(connection.execute(delete(log_senders)).rowcount)


def heard(connection: Connection, at: Mapping[str, Instant]) -> None:
    """When these senders were last heard."""
    for sender_id, instant in at.items():
        connection.execute(update(log_senders).where(log_senders.c.id == sender_id).values(heard_at=instant))


# Sources


def totals(connection: Connection) -> dict[str, Totals]:
    looks_like: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(log_products).order_by(log_products.c.product)):
        looks_like.setdefault(row.source, {})[row.product] = row.events
    return {row.name: _totals(row, looks_like.get(row.name, {})) for row in connection.execute(select(log_sources))}


def add_totals(connection: Connection, more: Mapping[str, Totals]) -> None:
    """What came since the last time."""
    before = totals(connection)
    for name, new in more.items():
        was = before.get(name, Totals())
        values = {
            "heard_at": max(was.heard_at, new.heard_at),
            "events": was.events + new.events,
            "size": was.size + new.size,
            "unreadable": was.unreadable + new.unreadable,
            "lost": was.lost + new.lost,
        }
        connection.execute(delete(log_sources).where(log_sources.c.name == name))
        connection.execute(insert(log_sources).values(name=name, **values))
        for product, number in new.looks_like.items():
            row = {"source": name, "product": product, "events": was.looks_like.get(product, 0) + number}
            whose = (log_products.c.source == name, log_products.c.product == product)
            connection.execute(delete(log_products).where(*whose))
            connection.execute(insert(log_products).values(row))


def forget(connection: Connection, names: Iterable[str]) -> None:
    """Drop what is known of these sources, which are no more."""
    gone = list(names)
    connection.execute(delete(log_sources).where(log_sources.c.name.in_(gone)))
    connection.execute(delete(log_products).where(log_products.c.source.in_(gone)))


def _sender(row: Row[Any]) -> Sender:
    secrets = {"token_hash": bytes(row.token_hash or b""), "fingerprint": bytes(row.fingerprint or b"")}
    return value_of(Sender, row, **secrets)


def _totals(row: Row[Any], looks_like: Mapping[str, int]) -> Totals:
    return Totals(row.heard_at, row.events, row.size, row.unreadable, row.lost, looks_like)
