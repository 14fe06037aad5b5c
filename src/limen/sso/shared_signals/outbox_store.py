"""What is to be told: what happened, in the order in which it did, and the tokens that each stream is to get of it.

`signal_changes` is written in the very transaction that changes something. A moment later what it means for each stream
is put into `signal_sets`, in one transaction with its removal: each stream gets it once. Callers hold the
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    select,
    table,
    union,
    update,
)

from limen.clock import Instant
from limen.sso.provisioning.store import provisioned_accounts
from limen.sso.sign_ins import app_sign_ins
from limen.storage.tables import Sequence, metadata, rows_called

signal_changes = Table(
    "signal_changes",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("said", Text, nullable=False),
    sqlite_autoincrement=True,
    info=rows_called("change to be told to other services", "changes to be told to other services"),
)
signal_sets = Table(
    "signal_sets",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("jti", String(40), nullable=False, unique=True),
    Column("stream_id", String(40), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("claims", Text, nullable=False),
    sqlite_autoincrement=True,
    info=rows_called("event that another service has not taken yet", "events that other services have not taken yet"),
)
Index("ix_signal_sets_stream_id_seq", signal_sets.c.stream_id, signal_sets.c.seq)
TABLES: Final = (signal_changes, signal_sets)
_people: Final = table("people", column("id"), column("email"))
_memberships: Final = table("memberships", column("person_id"), column("group_id"))
"""Identity's, as far as they are needed."""


class Noted(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened: `uri` and `event` are what a token says of it, `change` is the ID of its event in the
    journal. `person` is whom it is about, "" for everybody, with their address, groups and the apps at which they have
    accounts, as it was then; `left` are groups that they left by it. `session` and `device` are which one is meant.
    What is about everybody was told of those up to the ID `after`.
    """

    at: Instant
    change: str
    uri: str
    event: dict[str, Any] = msgspec.field(default_factory=dict)
    person: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    session: str = ""
    device: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class NotedRow:
    """It as a row. `person_id` is whose row that is: nobody's ("") where they were erased meanwhile."""

    seq: int
    person_id: str
    noted: Noted


@dataclass(frozen=True, slots=True)
class DueSet:
    """A token that a stream is to get. `claims` are signed when it is sent; `person` is whom it is about, "" for a
    token about the stream itself, or somebody who was erased.
    """

    jti: str
    stream_id: str
    person_id: str
    at: Instant
    claims: Mapping[str, Any]
    seq: int = 0


# What happened


def note(connection: Connection, several: Iterable[Noted]) -> None:
    rows = [{"person_id": one.person, "said": msgspec.json.encode(one).decode()} for one in several]
    if rows:
        connection.execute(insert(signal_changes), rows)


def noted(connection: Connection, most: int) -> list[NotedRow]:
    """What was not told to the streams yet, the oldest first."""
    rows = connection.execute(select(signal_changes).order_by(signal_changes.c.seq).limit(most))
    return [NotedRow(row.seq, row.person_id, msgspec.json.decode(row.said, type=Noted)) for row in rows]


def is_anything_noted(connection: Connection) -> bool:
    return connection.scalar(select(signal_changes.c.seq).limit(1)) is not None


def keep_noted(connection: Connection, number: int, one: Noted) -> None:
    """It is told in parts, and this is how far it has come."""
    said = msgspec.json.encode(one).decode()
    connection.execute(update(signal_changes).where(signal_changes.c.seq == number).values(said=said))


def forget_noted(connection: Connection, numbers: Collection[int]) -> None:
    connection.execute(delete(signal_changes).where(signal_changes.c.seq.in_(list(numbers))))


def person_as_told(connection: Connection, person_id: str) -> tuple[str, tuple[str, ...]]:
    """Somebody's address and groups; neither where they are not there, or no person."""
    email = connection.scalar(select(_people.c.email).where(_people.c.id == person_id))
    groups = connection.scalars(select(_memberships.c.group_id).where(_memberships.c.person_id == person_id))
    return email or "", tuple(sorted(groups))


def apps_of(connection: Connection, person_id: str) -> tuple[str, ...]:
    """The apps at which somebody has an account that Limen keeps or kept, or signed in lately."""
    kept = select(provisioned_accounts.c.app).where(provisioned_accounts.c.person_id == person_id)
    used = select(app_sign_ins.c.app).where(app_sign_ins.c.person_id == person_id)
    return tuple(sorted(connection.scalars(union(kept, used))))


def sign_ins_of(connection: Connection, app: str, session_id: str) -> list[str]:
    """How the ID tokens of this app called its sign-ins by this session (`sid`)."""
    where = (app_sign_ins.c.app == app, app_sign_ins.c.session_id == session_id)
    return list(connection.scalars(select(app_sign_ins.c.id).where(*where).order_by(app_sign_ins.c.at)))


# What each stream is to get


def enqueue(connection: Connection, several: Iterable[DueSet]) -> None:
    rows = [
        {
            "jti": one.jti,
            "stream_id": one.stream_id,
            "person_id": one.person_id,
            "at": one.at,
            "claims": msgspec.json.encode(one.claims).decode(),
        }
        for one in several
    ]
    if rows:
        connection.execute(insert(signal_sets), rows)


def due(connection: Connection, stream_id: str, most: int) -> list[DueSet]:
    """What a stream is to get next, the oldest first."""
    query = select(signal_sets).where(signal_sets.c.stream_id == stream_id).order_by(signal_sets.c.seq).limit(most)
    return [
        DueSet(row.jti, row.stream_id, row.person_id, row.at, msgspec.json.decode(row.claims), row.seq)
        for row in connection.execute(query)
    ]


def is_anything_due(connection: Connection, stream_id: str) -> bool:
    query = select(signal_sets.c.seq).where(signal_sets.c.stream_id == stream_id).limit(1)
    return connection.scalar(query) is not None


def taken(connection: Connection, stream_id: str, ids: Collection[str]) -> list[str]:
    """These are told: the stream gets them no more. Which of them it was to get."""
    here = (signal_sets.c.stream_id == stream_id, signal_sets.c.jti.in_(list(ids)))
    found = list(connection.scalars(select(signal_sets.c.jti).where(*here)))
    connection.execute(delete(signal_sets).where(*here))
    return found


def drop_of(connection: Connection, stream_id: str) -> int:
    """Nothing waits for this stream any more; how much did."""
    return int(connection.execute(delete(signal_sets).where(signal_sets.c.stream_id == stream_id)).rowcount)


def drop_older(connection: Connection, before: Instant) -> dict[str, int]:
    """What nobody would take any more is forgotten; how much of each stream."""
    old = signal_sets.c.at < before
    counted = select(signal_sets.c.stream_id, func.count()).where(old).group_by(signal_sets.c.stream_id)
    found = {row[0]: row[1] for row in connection.execute(counted)}
    if found:
        connection.execute(delete(signal_sets).where(old))
    return found


def waiting(connection: Connection) -> dict[str, tuple[int, Instant]]:
    """How much waits for each stream, and since when."""
    columns = signal_sets.c.stream_id, func.count(), func.min(signal_sets.c.at)
    rows = connection.execute(select(*columns).group_by(signal_sets.c.stream_id))
    return {stream_id: (count, since) for stream_id, count, since in rows}


def waiting_about(connection: Connection, person_id: str) -> dict[str, int]:
    """How much each stream is still to get about somebody."""
    here = signal_sets.c.person_id == person_id
    rows = connection.execute(
        select(signal_sets.c.stream_id, func.count()).where(here).group_by(signal_sets.c.stream_id)
    )
    return {row[0]: row[1] for row in rows}


def noted_about(connection: Connection, person_id: str) -> int:
    """How much of somebody was not told to the streams yet."""
    query = select(func.count()).select_from(signal_changes).where(signal_changes.c.person_id == person_id)
    return int(connection.scalar(query) or 0)


def drop_about(connection: Connection, person_id: str) -> None:
    """Nothing of somebody is told any more."""
    for one in (signal_changes, signal_sets):
        connection.execute(delete(one).where(one.c.person_id == person_id))


def erase(connection: Connection, person_id: str) -> None:
    """Nothing says any more whose it is by a person's ID; what others are still to be told ends their access there."""
    for one in (signal_changes, signal_sets):
        connection.execute(update(one).where(one.c.person_id == person_id).values(person_id=""))
