"""The revisions in the database: appended, never changed. The newest one is in force."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Column, Index, Row, Select, String, Table, Text, insert, select

from limen.clock import Instant
from limen.company.company import Company
from limen.company.revision import read_content, write_content
from limen.storage import Snapshot, Transaction, metadata
from limen.storage.tables import Sequence

revisions = Table(
    "revisions",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String(40), nullable=False),
    Column("author", String(80), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Index("ix_revisions_id", "id"),
    sqlite_autoincrement=True,
)
"""`content` holds the parsed policies, so a restart parses nothing."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One publication. The same content may be published twice (a revert): same `id`, another `seq`.

    `author` is a person's opaque id, or `server` for whoever is root on the machine.
    """

    seq: int
    id: str
    author: str
    reason: str
    at: Instant


def add(transaction: Transaction, company: Company, author: str, reason: str, at: Instant) -> Revision:
    """Append the company as it is now."""
    content = msgspec.json.encode(write_content(company)).decode()
    row = {"id": company.revision, "author": author, "reason": reason, "at": at}
    done = transaction.connection.execute(insert(revisions).values(content=content, **row))
    key = done.inserted_primary_key
    return Revision(int(key[0]) if key else 0, company.revision, author, reason, at)


def newest(snapshot: Snapshot) -> Revision | None:
    """What is in force; None before anything was published."""
    row = snapshot.connection.execute(_headers().limit(1)).first()
    return None if row is None else _revision(row)


def history(snapshot: Snapshot, limit: int = 100) -> list[Revision]:
    """Publications, the newest first."""
    return [_revision(row) for row in snapshot.connection.execute(_headers().limit(limit))]


def company_of(snapshot: Snapshot, revision_id: str) -> Company | None:
    """The company as a revision has it; None where there is no such revision. Raises ValueError if it can't be read."""
    chosen = select(revisions.c.content).where(revisions.c.id == revision_id).order_by(revisions.c.seq.desc()).limit(1)
    content = snapshot.connection.scalar(chosen)
    return None if content is None else read_content(msgspec.json.decode(content))


def _headers() -> Select[tuple[int, str, str, str, int]]:
    columns = revisions.c
    return select(columns.seq, columns.id, columns.author, columns.reason, columns.at).order_by(columns.seq.desc())


def _revision(row: Row[tuple[int, str, str, str, int]]) -> Revision:
    return Revision(row.seq, row.id, row.author, row.reason, row.at)
