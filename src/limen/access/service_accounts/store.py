"""Accounts of programs in directories, and who answers for them. All SQL of it stands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    String,
    Table,
    UniqueConstraint,
    delete,
    select,
    update,
)

from limen.access.service_accounts.model import Seen, ServiceAccount
from limen.clock import Instant
from limen.opaque import new_id
from limen.storage.rows import inserted, row_of, value_of
from limen.storage.tables import metadata

service_accounts = Table(
    "service_accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("directory", String(60), nullable=False, index=True),
    Column("external_id", String(200), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("name", String(200), nullable=False),
    Column("detail", String(300), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("secret_at", BigInteger, nullable=False),
    Column("secret_ends_at", BigInteger, nullable=False),
    Column("secrets", Integer, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("owner", String(40), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("claimed_by", String(40), nullable=False),
    UniqueConstraint("directory", "external_id"),
)
service_account_turns = Table(
    "service_account_turns",
    metadata,
    Column("directory", String(60), primary_key=True),
    Column("begun_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("error", String(300), nullable=False),
)
TABLES: Final = (service_accounts, service_account_turns)
_C: Final = service_accounts.c
_UNCLAIMED: Final = {"owner": "", "purpose": "", "until": 0, "claimed_at": 0, "claimed_by": ""}
_LONGEST: Final = {"external_id": 200, "kind": 30, "name": 200, "detail": 300}


@dataclass(frozen=True, slots=True)
class Turn:
    """How a directory was asked last; `error` is "" where it answered. `done_at` 0: it never did."""

    directory: str
    begun_at: Instant
    done_at: Instant = 0
    error: str = ""


def every(connection: Connection) -> list[ServiceAccount]:
    """By directory and name."""
    query = select(service_accounts).order_by(_C.directory, _C.name, _C.id)
    return [value_of(ServiceAccount, row) for row in connection.execute(query)]


def by_id(connection: Connection, account_id: str) -> ServiceAccount | None:
    row = connection.execute(select(service_accounts).where(_C.id == account_id)).first()
    return value_of(ServiceAccount, row) if row is not None else None


def keep(connection: Connection, directory: str, told: Iterable[Seen], now: Instant) -> tuple[int, int]:
    """Take over all that a directory has; whoever answered for one goes on. Returns how many are new, and gone."""
    before = {one.external_id: one for one in every(connection) if one.directory == directory}
    seen = {one.external_id: one for one in map(_cut, told)}
    for external_id, one in seen.items():
        values, known = row_of(one), before.get(external_id)
        if known is not None:
            connection.execute(update(service_accounts).where(_C.id == known.id).values(**values, seen_at=now))
        else:
            new = {"id": new_id("sa"), "directory": directory, "first_seen_at": now, "seen_at": now}
            inserted(connection, service_accounts, {**values, **new, **_UNCLAIMED})
    gone = [one.id for external_id, one in before.items() if external_id not in seen]
    connection.execute(delete(service_accounts).where(_C.id.in_(gone)))
    return len(seen.keys() - before.keys()), len(gone)


def turns(connection: Connection) -> list[Turn]:
    query = select(service_account_turns).order_by(service_account_turns.c.directory)
    return [value_of(Turn, row) for row in connection.execute(query)]


def begin(connection: Connection, directory: str, now: Instant, before: Instant) -> bool:
    """It is asked now; False where somebody else has begun since that instant."""
    if inserted(connection, service_account_turns, row_of(Turn(directory, now))):
        return True
    table = service_account_turns
    where = (table.c.directory == directory, table.c.begun_at < before)
    return bool(connection.execute(update(table).where(*where).values(begun_at=now)).rowcount == 1)


def end(connection: Connection, directory: str, now: Instant, error: str) -> None:
    """It was asked, and answered, or not."""
    inserted(connection, service_account_turns, row_of(Turn(directory, now)))
    said = {"error": error[:300]} if error else {"error": "", "done_at": now}
    connection.execute(update(service_account_turns).where(service_account_turns.c.directory == directory).values(said))


def _cut(one: Seen) -> Seen:
    """No longer than the columns."""
    said = {name: getattr(one, name)[:longest] for name, longest in _LONGEST.items()}
    return replace(one, **said)


def forget_directories(connection: Connection, known: Iterable[str]) -> int:
    """Drop what was told by directories that the company has no more; how many."""
    names = list(known)
    connection.execute(delete(service_account_turns).where(service_account_turns.c.directory.not_in(names)))
    return int(connection.execute(delete(service_accounts).where(_C.directory.not_in(names))).rowcount)


def claim(connection: Connection, account: ServiceAccount) -> ServiceAccount:
    said = {name: getattr(account, name) for name in ("owner", "purpose", "until", "claimed_at", "claimed_by")}
    connection.execute(update(service_accounts).where(_C.id == account.id).values(said))
    return account
