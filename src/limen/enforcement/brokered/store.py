"""The secrets of brokered accounts, sealed. All SQL of them stands here; whoever calls holds the transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, insert, select, update

from limen.clock import Instant
from limen.facts import App
from limen.storage.keyring import Keyring
from limen.storage.tables import metadata

brokered_secrets = Table(
    "brokered_secrets",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("account", String(254), nullable=False),
    Column("site", String(500), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
    Column("reminded_at", BigInteger, nullable=False, server_default="0"),
)
"""By app, and for the account and site that it was stored for: for another account, and to another site, whoever wrote
that into apps.yaml, it is never sent.
"""
TABLES: Final = (brokered_secrets,)
CHANGED: Final = "brokered_secret"
"""The kind of change that workers are told of; its key is the app."""
_C: Final = brokered_secrets.c


@dataclass(frozen=True, slots=True)
class Stored:
    """That a secret is here for this app, account and site, since when, and when its owner was last reminded of it."""

    app: str
    account: str
    site: str
    stored_at: Instant
    reminded_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, "" where there is none, and when it was stored."""

    text: str = field(default="", repr=False)
    stored_at: Instant = 0


def keep(connection: Connection, keyring: Keyring, app: App, secret: str, now: Instant) -> None:
    """From now on this is the secret of the app's account; the one before is gone."""
    account = app.account.user if app.account is not None else ""
    sealed = keyring.seal(brokered_secrets.name, _row(app), "sealed", secret.encode())
    connection.execute(delete(brokered_secrets).where(_C.app == app.id))
    values = {"app": app.id, "account": account, "site": app.upstream.url, "sealed": sealed, "stored_at": now}
    connection.execute(insert(brokered_secrets).values(values))


def drop(connection: Connection, app: str) -> bool:
    """Forget it. False where there is none."""
    return connection.execute(delete(brokered_secrets).where(_C.app == app)).rowcount == 1


def secret_of(connection: Connection, keyring: Keyring, app: App) -> Secret:
    """The secret of the app's account; none where none was stored for this account at this site."""
    if app.account is None:
        return Secret()
    is_its = (_C.app == app.id) & (_C.account == app.account.user) & (_C.site == app.upstream.url)
    row = connection.execute(select(_C.sealed, _C.stored_at).where(is_its)).first()
    if row is None:
        return Secret()
    return Secret(keyring.open_sealed(brokered_secrets.name, _row(app), "sealed", row.sealed).decode(), row.stored_at)


def stored(connection: Connection) -> dict[str, Stored]:
    """All of them, by app."""
    rows = connection.execute(select(_C.app, _C.account, _C.site, _C.stored_at, _C.reminded_at))
    return {row.app: Stored(*row) for row in rows}


def reminded(connection: Connection, app: str, now: Instant) -> None:
    connection.execute(update(brokered_secrets).where(_C.app == app).values(reminded_at=now))


def _row(app: App) -> str:
    """What a sealed secret is good for, as its additional data."""
    return f"{app.id} {app.account.user if app.account is not None else ''} {app.upstream.url}"
