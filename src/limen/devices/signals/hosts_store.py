"""Hosts that a source of signals hears of and that are no enrolled device: servers, and what nobody knows. SQL; whoever
calls holds the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, func, select

from limen.clock import Instant
from limen.devices.hardware import serial_of
from limen.devices.signals.model import Alive
from limen.printable import is_printable
from limen.storage.rows import put
from limen.storage.tables import metadata, rows_called

MOST_HOSTS: Final = 5_000
"""Of one source; beyond it the one that was heard longest ago makes room."""
_LONGEST: Final = 120

device_sensor_hosts = Table(
    "device_sensor_hosts",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("host", String(120), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    info=rows_called("host that only a sensor tells of", "hosts that only sensors tell of"),
)
TABLES: Final = (device_sensor_hosts,)
_H: Final = device_sensor_hosts.c


@dataclass(frozen=True, slots=True)
class SensorHost:
    """`heard_at` is when the source last heard of it, negative where it says that the sensor has stopped."""

    source: str
    name: str
    serial: str
    heard_at: Instant


def heard(connection: Connection, source: str, spoke: Alive, now: Instant) -> None:
    """Keep that this source heard of a host; an older word changes nothing, and one without a name is none."""
    name = short_name(spoke.named.name)
    serial = serial_of(spoke.named.serial)
    host = (serial or name)[:_LONGEST]
    at = min(spoke.at or now, now)
    if not host or not is_printable(name):
        return
    before = connection.scalar(select(_H.heard_at).where(_H.source == source, _H.host == host))
    if before is None:
        _make_room(connection, source)
    elif abs(before) > at:
        return
    values = {"name": name, "serial": serial, "heard_at": -at if spoke.is_gone else at}
    put(connection, device_sensor_hosts, {"source": source, "host": host, **values})


def hosts(connection: Connection) -> list[SensorHost]:
    query = select(_H.source, _H.name, _H.serial, _H.heard_at).order_by(_H.source, _H.host)
    return [SensorHost(*row) for row in connection.execute(query)]


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that nobody heard of since; how many."""
    return int(connection.execute(delete(device_sensor_hosts).where(func.abs(_H.heard_at) < before)).rowcount)


def short_name(name: str) -> str:
    """A host's name without its domain, in lower case."""
    return name.strip().partition(".")[0].casefold()[:_LONGEST]


def _make_room(connection: Connection, source: str) -> None:
    count = connection.scalar(select(func.count()).select_from(device_sensor_hosts).where(_H.source == source)) or 0
    if count >= MOST_HOSTS:
        oldest = select(_H.host).where(_H.source == source).order_by(func.abs(_H.heard_at), _H.host).limit(1)
        host = connection.scalar(oldest)
        connection.execute(delete(device_sensor_hosts).where(_H.source == source, _H.host == host))
