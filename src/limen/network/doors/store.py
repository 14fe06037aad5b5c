"""Doors that stand open, for all workers. SQL; whoever calls holds the transaction.

A row opens nothing: each worker decides about it before it tells a firewall, and again whenever a fact of it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select

from limen.clock import Instant
from limen.network.doors.model import Opening
from limen.storage.tables import metadata, rows_called

CHANGED: Final = "network-door"
"""The kind of change by which workers hear of a door; its key is the door's ID."""

network_doors = Table(
    "network_doors",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("session_id", String(40), nullable=False),
    Column("app", String(40), nullable=False),
    Column("address", String(60), nullable=False),
    Column("decision", String(40), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("tied_until", BigInteger, nullable=False),
    Column("device_id", String(40), nullable=False),
    Column("tunnel", String(200), nullable=False),
    info=rows_called("open connection through firewalls", "open connections through firewalls"),
)
TABLES: Final = (network_doors,)


@dataclass(frozen=True, slots=True)
class KeptDoor:
    """A door, and until when the tie counts that came when it was opened (0: none did)."""

    opening: Opening
    tied_until: Instant


def put(connection: Connection, one: Opening, tied_until: Instant) -> None:
    """Add a door."""
    connection.execute(
        insert(network_doors).values(
            id=one.id,
            person_id=one.person_id,
            session_id=one.session_id,
            app=one.app,
            address=one.address,
            decision=one.decision,
            opened_at=one.opened_at,
            until=one.until,
            tied_until=tied_until,
            device_id=one.device_id,
            tunnel=" ".join(one.tunnel),
        )
    )


def drop(connection: Connection, door_id: str) -> bool:
    """Whether it was there: of several workers that close it one is told so."""
    return bool(connection.execute(delete(network_doors).where(network_doors.c.id == door_id)).rowcount)


def door(connection: Connection, door_id: str) -> KeptDoor | None:
    """The door of this ID; None where it is closed."""
    row = connection.execute(select(network_doors).where(network_doors.c.id == door_id)).one_or_none()
    return None if row is None else _kept(row)


def all_doors(connection: Connection) -> list[KeptDoor]:
    """The oldest first."""
    return [_kept(row) for row in connection.execute(select(network_doors).order_by(network_doors.c.opened_at))]


def _kept(row: Any) -> KeptDoor:
    opening = Opening(
        row.id,
        row.person_id,
        row.session_id,
        row.app,
        row.address,
        row.decision,
        row.opened_at,
        row.until,
        row.device_id,
        tuple(row.tunnel.split()),
    )
    return KeptDoor(opening, row.tied_until)
