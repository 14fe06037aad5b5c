"""Searches that are kept under a name, for everybody who may search. All their SQL is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, delete, func, insert, select

from limen.clock import Instant
from limen.storage.tables import metadata, rows_called

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("text", Text, nullable=False),
    Column("span", String(10), nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    info=rows_called("saved search", "saved searches"),
)
TABLES: Final = (saved_searches,)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """`span` is how far back it looks, as the page of searches names it."""

    name: str
    text: str
    span: str


def every(connection: Connection) -> list[SavedSearch]:
    """By name."""
    rows = connection.execute(select(saved_searches).order_by(saved_searches.c.name))
    return [SavedSearch(row.name, row.text, row.span) for row in rows]


def number(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(saved_searches)) or 0


def keep(connection: Connection, search: SavedSearch, now: Instant) -> None:
    """Under its name, in place of what was kept under it before."""
    forget(connection, search.name)
    words = {"name": search.name, "text": search.text, "span": search.span, "saved_at": now}
    connection.execute(insert(saved_searches).values(words))


def forget(connection: Connection, name: str) -> bool:
    """False where there is none of this name."""
    return connection.execute(delete(saved_searches).where(saved_searches.c.name == name)).rowcount > 0
