"""Connections to directories, who is in a group there by a grant, who else is, and whose account is whose.

A membership is written before the directory is asked for it, so that nothing is forgotten when Limen ends in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.connectors.asked_store import AskedStore, columns
from limen.connectors.group_members import Account
from limen.storage.rows import inserted
from limen.storage.tables import metadata, rows_called

LONGEST_VALUE: Final = 500
NO_ACCOUNT: Final = Account("", "")
"""Before it was found."""
_AT_ONCE: Final = 500


class State(StrEnum):
    """How far a membership has come."""

    WAITING = "waiting"
    """It is wanted, and nothing was asked of the directory for it."""
    ADDING = "adding"
    """The directory may have been asked to add the member."""
    MEMBER = "member"
    STANDING = "standing"
    """They were a member before the grant: nothing was done, and nothing will be undone."""
    TAKEN = "taken"
    """Somebody else took them out while the grant lasts. They are not put back, and removed at its end."""
    REMOVING = "removing"
    """The directory is asked to remove the member, until it has."""


NOTHING_DONE: Final = frozenset({State.WAITING, State.STANDING})
"""Who was taken out is not among these: they may be in again, and it was Limen that put them there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Somebody in a group because of a grant. `ends_there`: the directory ends it by itself at `until`.

    It is looked at again at `due_at`; until then somebody is at it, or it waits after `failures` in a row (`error`).
    """

    id: str
    directory: str
    group: str
    person: str
    app: str
    grant: str
    state: State
    since: Instant
    until: Instant
    account: Account = NO_ACCOUNT
    ends_there: bool = False
    due_at: Instant = 0
    failures: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is in a group, and not because of a grant."""

    directory: str
    group: str
    value: str
    name: str
    found_at: Instant


def _text(name: str, length: int, **more: Any) -> Column[Any]:
    return Column(name, String(length), nullable=False, **more)


directories = Table("directories", metadata, *columns())
directory_memberships = Table(
    "directory_memberships",
    metadata,
    _text("id", 40, primary_key=True),
    _text("directory", 40),
    _text("group_name", LONGEST_VALUE),
    _text("person", 40),
    _text("app", 80),
    _text("grant_id", 40),
    _text("state", 10),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    _text("account", 200),
    _text("value", LONGEST_VALUE),
    _text("name", 200),
    Column("ends_there", Boolean, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    _text("error", 300),
)
"""`person` is not called `person_id`: when somebody is erased, their membership still has to be ended there first."""
Index(
    "ix_directory_memberships_member",
    directory_memberships.c.directory,
    directory_memberships.c.group_name,
    directory_memberships.c.person,
    unique=True,
)
directory_strangers = Table(
    "directory_strangers",
    metadata,
    _text("directory", 40, primary_key=True),
    _text("group_name", LONGEST_VALUE, primary_key=True),
    _text("value", LONGEST_VALUE, primary_key=True),
    _text("name", 200),
    Column("found_at", BigInteger, nullable=False),
)
directory_accounts = Table(
    "directory_accounts",
    metadata,
    _text("directory", 40, primary_key=True),
    _text("person_id", 40, primary_key=True),
    _text("account", 200),
    _text("name", 200),
    Column("linked_at", BigInteger, nullable=False),
    info=rows_called("account in a directory", "accounts in directories"),
)
"""Whose account is whose, since it was first found: an address that leads elsewhere later leads nowhere."""

TABLES: Final = (directories, directory_memberships, directory_strangers, directory_accounts)
ASKED: Final = AskedStore(directories)


# Memberships


def memberships(connection: Connection) -> list[Membership]:
    """All of them, in the order in which they came."""
    query = select(directory_memberships).order_by(directory_memberships.c.since, directory_memberships.c.id)
    return [_membership(row) for row in connection.execute(query)]


def begin(connection: Connection, one: Membership) -> bool:
    """Write down that a membership is wanted; False where somebody else did meanwhile."""
    return inserted(connection, directory_memberships, _values(one))


def claim(connection: Connection, one: Membership, now: Instant, until: Instant) -> bool:
    """Whether whoever calls is at it, and nobody else until then."""
    table = directory_memberships
    where = (table.c.id == one.id, table.c.state == one.state.value, table.c.due_at <= now)
    return bool(connection.execute(update(table).where(*where).values(due_at=until)).rowcount)


def claim_again(connection: Connection, one: Membership, until: Instant) -> bool:
    """Whether whoever claimed it still has it, from now until then; 0: it is left to whoever comes next."""
    table = directory_memberships
    where = (table.c.id == one.id, table.c.state == one.state.value, table.c.due_at == one.due_at)
    return bool(connection.execute(update(table).where(*where).values(due_at=until)).rowcount)


def keep(connection: Connection, one: Membership) -> None:
    """Keep how far it has come."""
    values = _values(one)
    connection.execute(update(directory_memberships).where(directory_memberships.c.id == one.id).values(values))


def failed(connection: Connection, one: Membership, *, is_removal: bool) -> None:
    """Keep that it did not work and when it is tried again, and nothing else: another step may be further by now."""
    values: dict[str, Any] = {"due_at": one.due_at, "failures": one.failures, "error": one.error[:300]}
    values |= {"state": State.REMOVING.value} if is_removal else {}
    connection.execute(update(directory_memberships).where(directory_memberships.c.id == one.id).values(values))


def rename(connection: Connection, one: Membership, account: Account) -> None:
    """The member is called otherwise from now on."""
    values = {"value": account.value, "name": account.name}
    connection.execute(update(directory_memberships).where(directory_memberships.c.id == one.id).values(values))


def take(connection: Connection, one: Membership) -> bool:
    """Somebody else took the member out; False where it is no member by now anyway."""
    table = directory_memberships
    where = (table.c.id == one.id, table.c.state == State.MEMBER.value)
    return bool(connection.execute(update(table).where(*where).values(state=State.TAKEN.value)).rowcount)


def drop(connection: Connection, one: Membership) -> None:
    connection.execute(delete(directory_memberships).where(directory_memberships.c.id == one.id))


# Strangers


def strangers(connection: Connection) -> list[Stranger]:
    """All of them, the newest first."""
    query = select(directory_strangers).order_by(directory_strangers.c.found_at.desc(), directory_strangers.c.value)
    return [
        Stranger(row.directory, row.group_name, row.value, row.name, row.found_at) for row in connection.execute(query)
    ]


def add_strangers(connection: Connection, several: Iterable[Stranger]) -> None:
    values = [
        {"directory": one.directory, "group_name": one.group, "value": one.value[:LONGEST_VALUE]}
        | {"name": one.name[:200], "found_at": one.found_at}
        for one in several
    ]
    for at in range(0, len(values), _AT_ONCE):
        connection.execute(insert(directory_strangers), values[at : at + _AT_ONCE])


def drop_strangers(connection: Connection, directory: str, group: str, values: Collection[str]) -> None:
    """These are members no longer."""
    table, several = directory_strangers, sorted(values)
    for at in range(0, len(several), _AT_ONCE):
        which = table.c.value.in_(several[at : at + _AT_ONCE])
        connection.execute(delete(table).where(table.c.directory == directory, table.c.group_name == group, which))


def drop_other_groups(connection: Connection, directory: str, groups: Collection[str]) -> None:
    """Nothing is said of groups that no app is about any more."""
    table = directory_strangers
    others = table.c.group_name.not_in(sorted(groups))
    connection.execute(delete(table).where(table.c.directory == directory, others))


# Whose account is whose


def linked(connection: Connection, directory: str) -> dict[str, tuple[str, str]]:
    """The account's id and name, by the id of the person."""
    query = select(directory_accounts).where(directory_accounts.c.directory == directory)
    return {row.person_id: (row.account, row.name) for row in connection.execute(query)}


def link(connection: Connection, directory: str, person_id: str, account: Account, now: Instant) -> None:
    values = {"directory": directory, "person_id": person_id, "account": account.id, "name": account.name}
    connection.execute(insert(directory_accounts).values(**values, linked_at=now))


def unlink(connection: Connection, directory: str, person_id: str) -> bool:
    """The next account that is found with their address is theirs; False where there was none."""
    table = directory_accounts
    where = (table.c.directory == directory, table.c.person_id == person_id)
    return bool(connection.execute(delete(table).where(*where)).rowcount)


# Rows to values


def _values(one: Membership) -> dict[str, Any]:
    return {
        "id": one.id,
        "directory": one.directory,
        "group_name": one.group,
        "person": one.person,
        "app": one.app,
        "grant_id": one.grant,
        "state": one.state.value,
        "since": one.since,
        "until": one.until,
        "account": one.account.id,
        "value": one.account.value,
        "name": one.account.name,
        "ends_there": one.ends_there,
        "due_at": one.due_at,
        "failures": one.failures,
        "error": one.error[:300],
    }


def _membership(row: Row[Any]) -> Membership:
    return Membership(
        id=row.id,
        directory=row.directory,
        group=row.group_name,
        person=row.person,
        app=row.app,
        grant=row.grant_id,
        state=State(row.state),
        since=row.since,
        until=row.until,
        account=Account(row.account, row.value, row.name),
        ends_there=row.ends_there,
        due_at=row.due_at,
        failures=row.failures,
        error=row.error,
    )
