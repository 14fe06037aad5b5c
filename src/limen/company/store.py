"""The revisions in the database: appended, never changed. The newest one is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

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
    Column("via", String(10), nullable=False, server_default="server"),
    Column("beside", Text, nullable=False, server_default="{}"),
    Column("files", Text, nullable=False, server_default="{}"),
    Index("ix_revisions_id", "id"),
    sqlite_autoincrement=True,
)
"""`content` holds the parsed policies, so a restart parses nothing. `files` names each file's text by its digest."""

revision_texts = Table(
    "revision_texts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)
"""Every text that any revision ever had, once each, by its SHA-256."""


class Beside(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known of a revision when it was published. `proof` and `effect` are plain JSON, {} where none was made.

    `effect` tells people by their opaque ids only.
    """

    tests: int = 0
    proof: dict[str, Any] = {}
    effect: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Revision:
    """One publication. The same content may be published twice (a revert): same `id`, another `seq`.

    `author` is a person's opaque id, or `server` for whoever is root on the machine. `via` is the door: server,
    console, or breakglass.
    """

    seq: int
    id: str
    author: str
    reason: str
    at: Instant
    via: str = "server"
    beside: Beside = field(default_factory=Beside)


def add(
    transaction: Transaction,
    company: Company,
    author: str,
    reason: str,
    at: Instant,
    *,
    via: str = "server",
    beside: Beside | None = None,
) -> Revision:
    """Append the company as it is now."""
    beside = beside or Beside()
    row = {
        "id": company.revision,
        "author": author,
        "reason": reason,
        "at": at,
        "content": msgspec.json.encode(write_content(company)).decode(),
        "via": via,
        "beside": msgspec.json.encode(beside).decode(),
        "files": msgspec.json.encode(_keep_texts(transaction, company.files), order="deterministic").decode(),
    }
    key = transaction.connection.execute(insert(revisions).values(**row)).inserted_primary_key
    return Revision(int(key[0]) if key else 0, company.revision, author, reason, at, via, beside)


def newest(snapshot: Snapshot) -> Revision | None:
    """What is in force; None before anything was published."""
    row = snapshot.connection.execute(_headers().limit(1)).first()
    return None if row is None else _revision(row)


def history(snapshot: Snapshot, limit: int = 100, before: int = 0) -> list[Revision]:
    """Publications, the newest first; those before the one of that number, if it is not 0."""
    query = _headers().where(revisions.c.seq < before) if before else _headers()
    return [_revision(row) for row in snapshot.connection.execute(query.limit(limit))]


def at(snapshot: Snapshot, seq: int) -> tuple[Revision | None, Revision | None]:
    """The publication of this number, and the one before it; None where there is none."""
    rows = snapshot.connection.execute(_headers().where(revisions.c.seq <= seq).limit(2)).all()
    found = [_revision(row) for row in rows]
    if not found or found[0].seq != seq:
        return None, None
    return found[0], found[1] if len(found) > 1 else None


def named(snapshot: Snapshot, beginning: str, limit: int = 2) -> list[Revision]:
    """The newest publication of each revision whose id begins so, the newest first; up to `limit` of them."""
    rows = snapshot.connection.execute(_headers().where(revisions.c.id.startswith(beginning, autoescape=True)))
    found: dict[str, Revision] = {}
    for row in rows:
        if len(found) < limit or row.id in found:
            found.setdefault(row.id, _revision(row))
    return list(found.values())


def since(snapshot: Snapshot, seq: int) -> list[Revision]:
    """Publications after that one, the newest first."""
    return [_revision(row) for row in snapshot.connection.execute(_headers().where(revisions.c.seq > seq))]


def company_of(snapshot: Snapshot, revision_id: str) -> Company | None:
    """The company as a revision has it; None where there is no such revision. Raises ValueError if it can't be read.

    Its `files` are {} where the revision was published before texts were kept.
    """
    columns = revisions.c
    chosen = select(columns.content, columns.files).where(columns.id == revision_id).order_by(columns.seq.desc())
    row = snapshot.connection.execute(chosen.limit(1)).first()
    if row is None:
        return None
    company = read_content(msgspec.json.decode(row.content))
    return replace(company, files=_texts(snapshot, msgspec.json.decode(row.files, type=dict[str, str])))


def holds_texts(snapshot: Snapshot, texts: Iterable[str]) -> set[str]:
    """Which of these texts some revision has."""
    wanted = {_digest(text): text for text in texts}
    chosen = select(revision_texts.c.digest).where(revision_texts.c.digest.in_(list(wanted)))
    return {wanted[digest] for (digest,) in snapshot.connection.execute(chosen)}


def has_texts(snapshot: Snapshot, revision: Revision, files: Mapping[str, str]) -> bool:
    """Whether the revision keeps exactly these texts; a company without texts of its own asks for none."""
    kept = snapshot.connection.scalar(select(revisions.c.files).where(revisions.c.seq == revision.seq))
    return not files or msgspec.json.decode(kept or "{}") == {name: _digest(text) for name, text in files.items()}


def _keep_texts(transaction: Transaction, files: Mapping[str, str]) -> dict[str, str]:
    named = {name: _digest(text) for name, text in files.items()}
    held = holds_texts(transaction, files.values())
    new = {_digest(text): text for text in files.values() if text not in held}
    for digest, text in new.items():
        transaction.connection.execute(insert(revision_texts).values(digest=digest, text=text))
    return named


def _texts(snapshot: Snapshot, files: Mapping[str, str]) -> dict[str, str]:
    columns = revision_texts.c
    chosen = select(columns.digest, columns.text).where(columns.digest.in_(list(files.values())))
    texts = {row.digest: row.text for row in snapshot.connection.execute(chosen)}
    return {name: texts[digest] for name, digest in files.items()}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _headers() -> Select[tuple[int, str, str, str, int, str, str]]:
    columns = revisions.c
    return select(
        columns.seq, columns.id, columns.author, columns.reason, columns.at, columns.via, columns.beside
    ).order_by(columns.seq.desc())


def _revision(row: Row[tuple[int, str, str, str, int, str, str]]) -> Revision:
    beside = msgspec.json.decode(row.beside, type=Beside)
    return Revision(row.seq, row.id, row.author, row.reason, row.at, row.via, beside)
