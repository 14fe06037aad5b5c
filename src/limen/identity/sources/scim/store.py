"""What sources keep here by SCIM: users and groups as they said them, and who is in which group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update as updated,
)

from limen.clock import Instant
from limen.storage.rows import inserted
from limen.storage.tables import metadata

USER, GROUP = "User", "Group"
CHUNK: Final = 500
"""Values in one IN of a query."""

scim_resources = Table(
    "scim_resources",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name_key", String(260), nullable=False),
    Column("unique_key", String(260), nullable=True),
    Column("external_id", String(260), nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""`name_key` is a userName or displayName as names are compared; `unique_key` holds it where it may be there once."""
Index("uq_scim_resources_unique_key", scim_resources.c.source, scim_resources.c.unique_key, unique=True)
Index("ix_scim_resources_name_key", scim_resources.c.source, scim_resources.c.kind, scim_resources.c.name_key)
Index("ix_scim_resources_external_id", scim_resources.c.source, scim_resources.c.kind, scim_resources.c.external_id)
scim_members = Table(
    "scim_members",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("group_id", String(40), primary_key=True),
    Column("user_id", String(40), primary_key=True),
)
Index("ix_scim_members_user_id", scim_members.c.source, scim_members.c.user_id)
TABLES: Final = (scim_resources, scim_members)


@dataclass(frozen=True, slots=True)
class Kept:
    """One resource. `body` is JSON without what is kept beside it: ID, members, groups and times."""

    id: str
    kind: str
    name_key: str
    external_id: str
    body: str
    version: int
    created_at: Instant
    changed_at: Instant


def key_of(name: str) -> str:
    """A name as names are compared: two that differ in case alone are one."""
    return name.casefold()[:260]


def get(connection: Connection, source: str, kind: str, resource_id: str) -> Kept | None:
    query = select(scim_resources).where(_of(source, kind), scim_resources.c.id == resource_id)
    row = connection.execute(query).first()
    return _kept(row) if row is not None else None


def add(connection: Connection, source: str, kept: Kept) -> bool:
    """False where somebody of this source has the userName."""
    return inserted(connection, scim_resources, _row(source, kept))


def save(connection: Connection, source: str, kept: Kept) -> bool:
    """False where somebody else of this source has the userName."""
    if kept.kind == USER:
        holder = connection.scalar(
            select(scim_resources.c.id).where(
                scim_resources.c.source == source, scim_resources.c.unique_key == kept.name_key
            )
        )
        if holder not in {None, kept.id}:
            return False
    where = (scim_resources.c.source == source, scim_resources.c.id == kept.id)
    connection.execute(updated(scim_resources).where(*where).values(_row(source, kept)))
    return True


def remove(connection: Connection, source: str, resource_id: str) -> None:
    is_member = (scim_members.c.group_id == resource_id) | (scim_members.c.user_id == resource_id)
    connection.execute(delete(scim_members).where(scim_members.c.source == source, is_member))
    connection.execute(
        delete(scim_resources).where(scim_resources.c.source == source, scim_resources.c.id == resource_id)
    )


# Looking


def number_of(connection: Connection, source: str, kind: str) -> int:
    return connection.scalar(_NUMBER, {"source": source, "kind": kind}) or 0


_NUMBER: Final = (
    select(func.count())
    .select_from(scim_resources)
    .where(scim_resources.c.source == bindparam("source"), scim_resources.c.kind == bindparam("kind"))
)
"""Built once: it is asked for with each that comes."""


def page(connection: Connection, source: str, kind: str, start: int, count: int | None) -> list[Kept]:
    """Some of all, in one order; `start` counts from 0."""
    query = select(scim_resources).where(_of(source, kind)).order_by(scim_resources.c.id).offset(start)
    return [_kept(row) for row in connection.execute(query if count is None else query.limit(count))]


def called(connection: Connection, source: str, kind: str, name: str) -> list[Kept]:
    """Those whose userName or displayName is this."""
    query = select(scim_resources).where(_of(source, kind), scim_resources.c.name_key == key_of(name))
    return [_kept(row) for row in connection.execute(query)]


def external(connection: Connection, source: str, kind: str, external_id: str) -> list[Kept]:
    """Those that the source calls so."""
    query = select(scim_resources).where(_of(source, kind), scim_resources.c.external_id == external_id)
    return [_kept(row) for row in connection.execute(query)]


def users_of(connection: Connection, source: str, user_ids: Iterable[str]) -> list[Kept]:
    """Those of these that are users of the source."""
    found: list[Kept] = []
    for part in _parts(user_ids):
        query = select(scim_resources).where(_of(source, USER), scim_resources.c.id.in_(part))
        found += [_kept(row) for row in connection.execute(query)]
    return found


def users_there(connection: Connection, source: str, user_ids: Iterable[str]) -> frozenset[str]:
    """Which of these are users of the source."""
    found: set[str] = set()
    for part in _parts(user_ids):
        query = select(scim_resources.c.id).where(_of(source, USER), scim_resources.c.id.in_(part))
        found.update(connection.scalars(query))
    return frozenset(found)


# Members


def members_of(connection: Connection, source: str, group_ids: Iterable[str]) -> dict[str, list[str]]:
    """The users in each of these groups."""
    found: dict[str, list[str]] = {}
    for part in _parts(group_ids):
        query = select(scim_members).where(scim_members.c.source == source, scim_members.c.group_id.in_(part))
        for row in connection.execute(query.order_by(scim_members.c.user_id)):
            found.setdefault(row.group_id, []).append(row.user_id)
    return found


def number_of_members(connection: Connection, source: str, group_id: str) -> int:
    is_theirs = (scim_members.c.source == source) & (scim_members.c.group_id == group_id)
    return connection.scalar(select(func.count()).select_from(scim_members).where(is_theirs)) or 0


def set_members(connection: Connection, source: str, group_id: str, users: Iterable[str]) -> frozenset[str]:
    """Exactly these are in the group; gives whom that changed."""
    before = frozenset(members_of(connection, source, [group_id]).get(group_id, ()))
    after = frozenset(users)
    for part in _parts(before - after):
        is_theirs = (scim_members.c.source == source) & (scim_members.c.group_id == group_id)
        connection.execute(delete(scim_members).where(is_theirs, scim_members.c.user_id.in_(part)))
    rows = [{"source": source, "group_id": group_id, "user_id": one} for one in sorted(after - before)]
    if rows:
        connection.execute(insert(scim_members), rows)
    return before ^ after


def groups_of(connection: Connection, source: str, user_ids: Iterable[str]) -> dict[str, list[Kept]]:
    """The groups in which each of these users is."""
    found: dict[str, list[Kept]] = {}
    joined = (scim_resources.c.source == scim_members.c.source) & (scim_resources.c.id == scim_members.c.group_id)
    for part in _parts(user_ids):
        query = select(scim_members.c.user_id, scim_resources).join(scim_resources, joined)
        is_theirs = (scim_members.c.source == source) & scim_members.c.user_id.in_(part)
        for row in connection.execute(query.where(is_theirs).order_by(scim_resources.c.id)):
            found.setdefault(row.user_id, []).append(_kept(row))
    return found


def _parts(values: Iterable[str]) -> list[Sequence[str]]:
    every = sorted(values)
    return [every[start : start + CHUNK] for start in range(0, len(every), CHUNK)]


# Rows


def _of(source: str, kind: str) -> Any:
    return (scim_resources.c.source == source) & (scim_resources.c.kind == kind)


def _row(source: str, kept: Kept) -> dict[str, Any]:
    values = {name: getattr(kept, name) for name in Kept.__slots__}
    return {"source": source, "unique_key": kept.name_key if kept.kind == USER else None, **values}


def _kept(row: Row[Any]) -> Kept:
    return Kept(**{name: getattr(row, name) for name in Kept.__slots__})
