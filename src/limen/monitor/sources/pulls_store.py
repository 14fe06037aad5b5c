"""Logs that Limen fetches, in the database: how it goes with each service, and from where each log goes on."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, delete, insert, select

from limen.clock import Instant
from limen.connectors.asked_store import AskedStore, columns
from limen.storage.tables import metadata

log_pulls = Table("log_pulls", metadata, *columns())
"""The services that are asked."""
log_cursors = Table(
    "log_cursors",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("stream", String(120), primary_key=True),
    Column("meant_for", String(500), nullable=False),
    Column("cursor", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Where each log (`stream`) of a service goes on, at the address `meant_for`. All before it is kept."""
TABLES: Final = (log_pulls, log_cursors)
ASKED: Final = AskedStore(log_pulls)


def cursors(connection: Connection, source: str, place: str) -> dict[str, str]:
    """By the names of the logs. What was read elsewhere is no place to go on from."""
    where = (log_cursors.c.source == source, log_cursors.c.meant_for == place)
    chosen = select(log_cursors.c.stream, log_cursors.c.cursor).where(*where)
    return {row.stream: row.cursor for row in connection.execute(chosen)}


def keep_cursor(connection: Connection, source: str, place: str, stream: str, cursor: str, now: Instant) -> None:
    where = (log_cursors.c.source == source, log_cursors.c.stream == stream)
    connection.execute(delete(log_cursors).where(*where))
    values = {"source": source, "stream": stream, "meant_for": place, "cursor": cursor, "at": now}
    connection.execute(insert(log_cursors).values(values))


def forget(connection: Connection, source: str) -> None:
    """Drop the secret, the state and the cursors of a service."""
    ASKED.forget(connection, source)
    connection.execute(delete(log_cursors).where(log_cursors.c.source == source))


def sources(connection: Connection) -> set[str]:
    """Every service of which something is kept."""
    return set(connection.scalars(select(log_pulls.c.name))) | set(connection.scalars(select(log_cursors.c.source)))
