"""The authority of devices' certificates, and which certificates count. All SQL of certificates stands here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage.kept_authority import KeptAuthority
from limen.storage.tables import metadata, rows_called
from limen.ties import Certified

AUTHORITY: Final = KeptAuthority("device_authority", "devices", ("authority of devices", "authorities of devices"))
device_certificates = Table(
    "device_certificates",
    metadata,
    Column("fingerprint", LargeBinary(32), primary_key=True),
    Column("device_id", String(40), nullable=False, index=True),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    info=rows_called("certificate of a device", "certificates of devices"),
)
"""By the SHA-256 of each. One that is not here counts for nothing, whoever signed it."""

CHANGED: Final = "device_certificates"
"""What the change feed is told of, with the id of the device."""
TABLES: Final = (AUTHORITY.table, device_certificates)


def add(connection: Connection, fingerprint: bytes, certified: Certified, now: Instant) -> None:
    values = {"fingerprint": fingerprint, "device_id": certified.device_id, "owner_id": certified.owner_id}
    connection.execute(insert(device_certificates).values(**values, issued_at=now, until=certified.until))


def of(connection: Connection, device_id: str) -> dict[bytes, Certified]:
    """A device's certificates, the newest first."""
    where = device_certificates.c.device_id == device_id
    rows = connection.execute(select(device_certificates).where(where).order_by(device_certificates.c.until.desc()))
    return {row.fingerprint: Certified(row.device_id, row.owner_id, row.until) for row in rows}


def every(connection: Connection) -> dict[bytes, Certified]:
    rows = connection.execute(select(device_certificates))
    return {row.fingerprint: Certified(row.device_id, row.owner_id, row.until) for row in rows}


def drop(connection: Connection, device_id: str) -> int:
    """None of a device's certificates counts any more; how many there were."""
    where = device_certificates.c.device_id == device_id
    return int(connection.execute(delete(device_certificates).where(where)).rowcount)


def drop_one(connection: Connection, fingerprint: bytes) -> None:
    connection.execute(delete(device_certificates).where(device_certificates.c.fingerprint == fingerprint))


def drop_all(connection: Connection) -> int:
    return int(connection.execute(delete(device_certificates)).rowcount)


def forget(connection: Connection, now: Instant) -> int:
    """Drop those whose time is over; how many."""
    return int(connection.execute(delete(device_certificates).where(device_certificates.c.until <= now)).rowcount)
