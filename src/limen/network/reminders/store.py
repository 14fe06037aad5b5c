"""Of which flow, due on which day, the owner was reminded. All SQL of reminders stands here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage.tables import metadata

network_flow_reminders = Table(
    "network_flow_reminders",
    metadata,
    Column("flow", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""`day` (ISO 8601) is the one on which it is due: with another day, its owner is reminded again."""
TABLES: Final = (network_flow_reminders,)
_C: Final = network_flow_reminders.c


def reminded(connection: Connection) -> set[tuple[str, str]]:
    """By flow and day."""
    return {(row.flow, row.day) for row in connection.execute(select(_C.flow, _C.day))}


def keep(connection: Connection, flow: str, day: str, at: Instant) -> None:
    connection.execute(insert(network_flow_reminders).values(flow=flow, day=day, at=at))


def forget(connection: Connection, before: Instant) -> None:
    connection.execute(delete(network_flow_reminders).where(_C.at < before))
