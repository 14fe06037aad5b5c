"""Tunnels that devices have, for all workers. SQL; whoever calls holds the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, delete, insert, select

from limen.storage.tables import metadata

CHANGED: Final = "network-tunnel"
"""The kind of change by which workers hear of a tunnel; its key is the device's ID."""

network_tunnels = Table(
    "network_tunnels",
    metadata,
    Column("device_id", String(40), primary_key=True),
    Column("key", String(44), nullable=False, unique=True),
    Column("slot", Integer, nullable=False, unique=True),
)
TABLES: Final = (network_tunnels,)


@dataclass(frozen=True, slots=True)
class KeptTunnel:
    """A device's public key of WireGuard, and the number by which it has its addresses."""

    device_id: str
    key: str
    slot: int


def put(connection: Connection, one: KeptTunnel) -> None:
    """Add it, in place of what the device had."""
    drop(connection, one.device_id)
    connection.execute(insert(network_tunnels).values(device_id=one.device_id, key=one.key, slot=one.slot))


def drop(connection: Connection, device_id: str) -> bool:
    """Whether it had one."""
    return bool(connection.execute(delete(network_tunnels).where(network_tunnels.c.device_id == device_id)).rowcount)


def tunnel(connection: Connection, device_id: str) -> KeptTunnel | None:
    """The device's; None where it has none."""
    row = connection.execute(select(network_tunnels).where(network_tunnels.c.device_id == device_id)).one_or_none()
    return None if row is None else KeptTunnel(row.device_id, row.key, row.slot)


def all_tunnels(connection: Connection) -> list[KeptTunnel]:
    """Every device's."""
    return [KeptTunnel(row.device_id, row.key, row.slot) for row in connection.execute(select(network_tunnels))]
