"""What is kept of signals: themselves, who may send them, and which messages came. All SQL of signals stands here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.devices.signals.model import End, Level, Signal, Topic
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called

MOST_OF_A_DEVICE: Final = 100
"""Beyond it the one that matters least makes room."""

device_signals = Table(
    "device_signals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("device_id", String(40), nullable=False),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("source", String(40), nullable=False),
    Column("ref", String(120), nullable=False),
    Column("level", Integer, nullable=False),
    Column("topic", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("did", String(20), nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_why", String(20), nullable=False),
    Column("ended_by", String(40), nullable=False),
    UniqueConstraint("device_id", "source", "ref"),
    info=rows_called("risk signal about a device", "risk signals about devices"),
)
device_signal_sources = Table(
    "device_signal_sources",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
)
"""By the source's name in `devices.yaml`. `sealed` is its secret, empty for one that signs with published keys."""
device_signal_messages = Table(
    "device_signal_messages",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)
"""Which messages came, as long as a second one would count: it holds across restarts and for every worker."""
TABLES: Final = (device_signals, device_signal_sources, device_signal_messages)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source's sealed secret (empty: none), when that was made, and when the source was last heard (0: never)."""

    name: str
    sealed: bytes = field(default=b"", repr=False)
    made_at: Instant = 0
    heard_at: Instant = 0


# Signals


def every(connection: Connection) -> list[Signal]:
    return [_signal(row) for row in connection.execute(select(device_signals))]


def of_device(connection: Connection, device_id: str) -> tuple[Signal, ...]:
    """Those about a device, the newest first."""
    query = select(device_signals).where(device_signals.c.device_id == device_id)
    newest_first = (device_signals.c.since.desc(), device_signals.c.id)
    return tuple([_signal(row) for row in connection.execute(query.order_by(*newest_first))])


def by_id(connection: Connection, signal_id: str) -> Signal | None:
    row = connection.execute(select(device_signals).where(device_signals.c.id == signal_id)).first()
    return _signal(row) if row else None


def keep(connection: Connection, signal: Signal, owner_id: str) -> None:
    """Take a signal in the place of the one before; where a device has too many, the least of them goes."""
    _remove(connection, signal.id)
    held = of_device(connection, signal.device_id)
    if len(held) >= MOST_OF_A_DEVICE:
        _remove(connection, min(held, key=lambda one: (not one.ended_at, one.level, one.heard_at)).id)
    values = {"level": int(signal.level), "topic": signal.topic.value, "owner_id": owner_id}
    connection.execute(insert(device_signals).values({**row_of(signal), **values}))


def end(connection: Connection, signal_id: str, now: Instant, why: End, by: str = "") -> None:
    values = {"ended_at": now, "ended_why": why.value, "ended_by": by}
    connection.execute(update(device_signals).where(device_signals.c.id == signal_id).values(values))


def forget_ended(connection: Connection, before: Instant) -> list[str]:
    """Drop those that ended before then; whose devices they were about."""
    where = (device_signals.c.ended_at > 0, device_signals.c.ended_at < before)
    found = list(connection.scalars(select(device_signals.c.device_id).where(*where).distinct()))
    connection.execute(delete(device_signals).where(*where))
    return found


# Sources


def sources(connection: Connection) -> list[SourceRow]:
    return [_source(row) for row in connection.execute(select(device_signal_sources))]


def source(connection: Connection, name: str) -> SourceRow:
    """What is kept of a source; of one that nothing is kept of, nothing."""
    row = connection.execute(select(device_signal_sources).where(device_signal_sources.c.name == name)).first()
    return _source(row) if row else SourceRow(name)


def keep_secret(connection: Connection, name: str, sealed: bytes, now: Instant) -> None:
    """From now on this is its secret; the one before is gone."""
    _keep_source(connection, SourceRow(name, sealed, now, source(connection, name).heard_at))


def heard(connection: Connection, name: str, now: Instant) -> None:
    found = source(connection, name)
    _keep_source(connection, SourceRow(name, found.sealed, found.made_at, now))


# Messages


def is_first(connection: Connection, digest: bytes, until: Instant) -> bool:
    """Whether this message did not come before; it counts as come until then."""
    before = connection.scalar(select(device_signal_messages.c.until).where(device_signal_messages.c.digest == digest))
    if before is None:
        connection.execute(insert(device_signal_messages).values(digest=digest, until=until))
    return before is None


def forget_messages(connection: Connection, now: Instant) -> None:
    connection.execute(delete(device_signal_messages).where(device_signal_messages.c.until <= now))


def _keep_source(connection: Connection, row: SourceRow) -> None:
    connection.execute(delete(device_signal_sources).where(device_signal_sources.c.name == row.name))
    values = {"name": row.name, "sealed": row.sealed, "made_at": row.made_at, "heard_at": row.heard_at}
    connection.execute(insert(device_signal_sources).values(values))


def _remove(connection: Connection, signal_id: str) -> None:
    connection.execute(delete(device_signals).where(device_signals.c.id == signal_id))


def _signal(row: Row[Any]) -> Signal:
    return value_of(Signal, row, level=Level(row.level), topic=Topic(row.topic))


def _source(row: Row[Any]) -> SourceRow:
    return SourceRow(row.name, bytes(row.sealed), row.made_at, row.heard_at)
