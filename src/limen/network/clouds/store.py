"""What is kept of clouds as they were read last. SQL; whoever calls holds the transaction."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, Text, delete, select

from limen.clock import Instant
from limen.network.clouds.model import CloudGroup, CloudReading
from limen.storage.rows import put
from limen.storage.tables import metadata, rows_called

cloud_readings = Table(
    "cloud_readings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("groups", Text, nullable=False),
    Column("doubts", Text, nullable=False),
    Column("compared_at", BigInteger, nullable=False),
    Column("meant", String(64), nullable=False),
    Column("zones", Text, nullable=False),
    info=rows_called("reading of a cloud", "readings of clouds"),
)
TABLES: Final = (cloud_readings,)


def readings(connection: Connection) -> list[CloudReading]:
    """Of each cloud the last one, by name."""
    return [_reading(row) for row in connection.execute(select(cloud_readings).order_by(cloud_readings.c.name))]


def keep_groups(connection: Connection, read: CloudReading, at: Instant) -> None:
    """In place of what was kept of the groups of this cloud."""
    _keep(connection, read, read_at=at, groups=_text(read.groups), doubts=_text(read.doubts))


def keep_compared(connection: Connection, read: CloudReading, at: Instant) -> None:
    """In place of what was kept of how the zones of this cloud differ."""
    _keep(connection, read, compared_at=at, meant=read.meant, zones=_text(dict(read.zones)))


def forget(connection: Connection, name: str) -> bool:
    """False where nothing was kept of it."""
    return bool(connection.execute(delete(cloud_readings).where(cloud_readings.c.name == name)).rowcount)


def _keep(connection: Connection, read: CloudReading, **values: object) -> None:
    row = connection.execute(select(cloud_readings).where(cloud_readings.c.name == read.name)).first()
    before = _reading(row) if row is not None and row.kind == read.kind else CloudReading(read.name, read.kind)
    kept: dict[str, object] = {
        "read_at": before.read_at,
        "groups": _text(before.groups),
        "doubts": _text(before.doubts),
        "compared_at": before.compared_at,
        "meant": before.meant,
        "zones": _text(dict(before.zones)),
    }
    put(connection, cloud_readings, {"name": read.name, "kind": read.kind, **kept, **values})


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _reading(row: Row[Any]) -> CloudReading:
    return CloudReading(
        row.name,
        row.kind,
        row.read_at,
        msgspec.json.decode(row.groups, type=tuple[CloudGroup, ...]),
        msgspec.json.decode(row.doubts, type=tuple[str, ...]),
        row.compared_at,
        row.meant,
        msgspec.json.decode(row.zones, type=dict[str, str]),
    )
