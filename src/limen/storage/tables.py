"""The one shared MetaData, and storage's own tables. Other pillars hang theirs on it, in their `store.py`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Where every table of Limen is declared. A constraint's name follows from what it is, on every database alike."""


def rows_called(one: str, several: str) -> dict[str, tuple[str, str]]:
    """The `info` of a table with personal rows: what one row is called, and several, where people read how many."""
    return {"rows": (one, several)}


def words_of(table: str) -> tuple[str, str]:
    """What one row of this table is called, and several; its name where it says nothing, so that none is left out."""
    found = metadata.tables.get(table)
    said: tuple[str, str] = (table, table) if found is None else found.info.get("rows", (table, table))
    return said


Sequence = BigInteger().with_variant(Integer, "sqlite")
"""A number the database draws: SQLite only does so for INTEGER."""

changes = Table(
    "changes",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""What changed, in commit order. A row says where to look again, never what was found there."""

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String(24), nullable=False, unique=True),
    Column("event", LargeBinary, nullable=False),
    Column("said_by", String(40), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
"""Events that committed with their transaction and are not in the journal yet, or on one node's disk alone. `said_by`
is the worker that writes them to its journal; another takes over what nobody would.
"""

journal_heads = Table(
    "journal_heads",
    metadata,
    Column("writer", String(40), primary_key=True),
    Column("lost_at", BigInteger, primary_key=True, autoincrement=False),
    Column("checkpoint", LargeBinary, nullable=False),
)
"""The newest signed checkpoint of each chain of the journal. `lost_at`: when a start found a journal that does not
reach it; 0 for the one that holds."""

keys = Table(
    "keys",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("purpose", String(20), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Data keys, each wrapped by the master key, which is never in the database."""
