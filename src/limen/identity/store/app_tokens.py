"""Tokens of programs; of each secret only its hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.identity.app_token import AppToken
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called

app_tokens = Table(
    "app_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("app", String(80), nullable=False),
    Column("actions", String(200), nullable=False),
    Column("strength", Integer, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_on", BigInteger, nullable=False, server_default="0"),
    Column("used_from", String(64), nullable=False, server_default=""),
    Column("revoked_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("token for an app", "tokens for apps"),
)
"""`actions` are words, a space between two. What is over is kept for a while, so that its owner sees what became of it.
"""


def add(connection: Connection, token: AppToken, token_hash: bytes) -> None:
    connection.execute(insert(app_tokens).values(row_of(token) | {"token_hash": token_hash}))


def all_kept(connection: Connection) -> list[tuple[bytes, AppToken]]:
    """Every token that is kept with its hash, the newest first."""
    return [_read(row) for row in connection.execute(select(app_tokens).order_by(app_tokens.c.made_at.desc()))]


def of(connection: Connection, *, owner_id: str = "", app: str = "") -> list[AppToken]:
    """The tokens of an owner, or for an app, or both; the newest first."""
    query = select(app_tokens)
    if owner_id:
        query = query.where(app_tokens.c.owner_id == owner_id)
    if app:
        query = query.where(app_tokens.c.app == app)
    ordered = query.order_by(app_tokens.c.made_at.desc(), app_tokens.c.id)
    return [_read(row)[1] for row in connection.execute(ordered)]


def newest(connection: Connection, owner_id: str = "") -> Instant:
    """When the newest token of an owner, or ("") of anybody, was made; 0: there is none."""
    query = select(func.max(app_tokens.c.made_at))
    return connection.scalar(query.where(app_tokens.c.owner_id == owner_id) if owner_id else query) or 0


def by_id(connection: Connection, token_id: str) -> tuple[bytes, AppToken] | None:
    row = connection.execute(select(app_tokens).where(app_tokens.c.id == token_id)).first()
    return _read(row) if row else None


def end(connection: Connection, token_id: str, at: Instant) -> None:
    connection.execute(
        update(app_tokens).where(app_tokens.c.id == token_id, app_tokens.c.revoked_at == 0).values(revoked_at=at)
    )


def save_uses(connection: Connection, uses: Sequence[tuple[str, Instant, str]]) -> None:
    """(id, day, network) of each."""
    for token_id, day, network in uses:
        connection.execute(update(app_tokens).where(app_tokens.c.id == token_id).values(used_on=day, used_from=network))


def remove(connection: Connection, token_id: str) -> None:
    connection.execute(delete(app_tokens).where(app_tokens.c.id == token_id))


def _read(row: Row[Any]) -> tuple[bytes, AppToken]:
    return row.token_hash, value_of(AppToken, row, actions=frozenset(row.actions.split()))
