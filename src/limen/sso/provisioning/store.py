"""Accounts that Limen keeps at apps, how it goes with each app, and by what an app differs from what it should have.

An account's row is the queue, too: what is due at its `due_at` is done. So whatever ends somebody's access makes their
accounts due within its own transaction, and nothing is forgotten when Limen ends in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
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
    and_,
    delete,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from limen.clock import Instant
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.sso.provisioning.model import NEVER, HeldAccount, State
from limen.storage.rows import inserted, row_of, value_of
from limen.storage.tables import metadata, rows_called

LONGEST_NAME: Final = 300
_AT_ONCE: Final = 500


class DifferenceKind(StrEnum):
    """How an app differs from what it should have."""

    MISSING = "missing"
    """Somebody is to have an account there, had one, and it is gone."""
    BACK = "back"
    """An account that was deactivated is active again."""
    OFF = "off"
    """Somebody's account was deactivated there. That is left so until an administrator says otherwise."""
    CHANGED = "changed"
    """The app says otherwise of somebody than it was told."""
    STRANGER = "stranger"
    """Nobody here has this account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference at an app. `account_id` is Limen's, "" where it has none; `remote_id` the app's.

    `person_id`: whose address a stranger's account has, "" where nobody's. `detail` names the attributes that differ.
    """

    app: str
    kind: DifferenceKind
    remote_id: str
    account_id: str = ""
    person_id: str = ""
    user_name: str = ""
    detail: str = ""
    is_active: bool = True
    found_at: Instant = 0


@dataclass(frozen=True, slots=True)
class AppState(AskedState):
    """`done_at` and what goes with it are about comparing the app. `quiet_until`: nothing but leavers is sent to it
    before; `trouble` is why, after `troubles` in a row. `stopped`: so many accounts would have been made anew, and an
    administrator is asked first; `may_go_on`: one said yes to that.
    """

    quiet_until: Instant = 0
    trouble: str = ""
    troubles: int = 0
    stopped: int = 0
    may_go_on: bool = False


def _text(name: str, length: int, **more: Any) -> Column[Any]:
    return Column(name, String(length), nullable=False, **more)


provisioned_apps = Table(
    "provisioned_apps",
    metadata,
    *columns(),
    Column("quiet_until", BigInteger, nullable=False, server_default="0"),
    _text("trouble", 300, server_default=""),
    Column("troubles", Integer, nullable=False, server_default="0"),
    Column("stopped", Integer, nullable=False, server_default="0"),
    Column("may_go_on", Boolean, nullable=False, server_default=false()),
)
provisioned_accounts = Table(
    "provisioned_accounts",
    metadata,
    _text("id", 40, primary_key=True),
    _text("app", 40),
    _text("person_id", 40),
    _text("state", 10),
    Column("since", BigInteger, nullable=False),
    _text("remote_id", 200),
    _text("user_name", LONGEST_NAME),
    _text("version", 210),
    _text("sent", 64),
    _text("ignored", 100),
    Column("left_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False, server_default="0"),
    Column("off_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("busy_until", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False),
    _text("error", 300),
    info=rows_called("account at an app", "accounts at apps"),
)
Index("ix_provisioned_accounts_whose", provisioned_accounts.c.person_id, provisioned_accounts.c.app, unique=True)
Index("ix_provisioned_accounts_due_at", provisioned_accounts.c.due_at)
provisioning_differences = Table(
    "provisioning_differences",
    metadata,
    _text("app", 40, primary_key=True),
    _text("kind", 10, primary_key=True),
    _text("remote_id", 200, primary_key=True),
    _text("account_id", 40, primary_key=True),
    _text("person_id", 40),
    _text("user_name", LONGEST_NAME),
    _text("detail", 100),
    Column("is_active", Boolean, nullable=False),
    Column("found_at", BigInteger, nullable=False),
    info=rows_called("account found at an app", "accounts found at apps"),
)
TABLES: Final = (provisioned_apps, provisioned_accounts, provisioning_differences)
ASKED: Final = AskedStore(provisioned_apps)
_accounts: Final = provisioned_accounts


# Accounts


def accounts(
    connection: Connection, *, app: str = "", people: Collection[str] | None = None, due_at: Instant = 0
) -> list[HeldAccount]:
    """Those at this app, of these people, and due by then with nobody at them, as far as each is said; in the order in
    which they came.
    """
    query = select(_accounts).order_by(_accounts.c.since, _accounts.c.id)
    query = query.where(_accounts.c.app == app) if app else query
    query = query.where(_accounts.c.due_at <= due_at, _accounts.c.busy_until <= due_at) if due_at else query
    if people is None:
        return [_account(row) for row in connection.execute(query)]
    several, found = list(people), []
    for at in range(0, len(several), _AT_ONCE):
        whose = _accounts.c.person_id.in_(several[at : at + _AT_ONCE])
        found += [_account(row) for row in connection.execute(query.where(whose))]
    return found


def account(connection: Connection, account_id: str) -> HeldAccount | None:
    row = connection.execute(select(_accounts).where(_accounts.c.id == account_id)).first()
    return None if row is None else _account(row)


def with_remote_id(connection: Connection, app: str, remote_id: str) -> HeldAccount | None:
    """Whose the app's account of this ID is."""
    where = (_accounts.c.app == app, _accounts.c.remote_id == remote_id)
    row = connection.execute(select(_accounts).where(*where)).first()
    return None if row is None else _account(row)


def add(connection: Connection, one: HeldAccount) -> bool:
    """False where this person has one at this app already."""
    return inserted(connection, _accounts, _row(one))


def add_new(connection: Connection, several: Sequence[HeldAccount]) -> None:
    """Of these those that nobody else has added meanwhile."""
    for at in range(0, len(several), _AT_ONCE):
        some = several[at : at + _AT_ONCE]
        try:
            with connection.begin_nested():
                connection.execute(insert(_accounts), [_row(one) for one in some])
        except IntegrityError:
            for one in some:
                add(connection, one)


def claim(connection: Connection, one: HeldAccount, now: Instant, until: Instant) -> HeldAccount | None:
    """The account where whoever calls is at it, and nobody else until then: two who are at one account undo each
    other's work, and somebody who leaves is not found at an app that is just making their account. If that is not to
    be, None. What comes back has the state of before: it says `waiting` of one that nothing was asked for.

    One that is off is only ever claimed to be given back. From then on the app may have it on, so what was proved of it
    counts no more, and whoever leaves meanwhile finds it as one that is to be taken.
    """
    where = (_accounts.c.id == one.id, _accounts.c.due_at == one.due_at, _accounts.c.busy_until <= now)
    as_it_was = _accounts.c.state == one.state.value
    values: dict[str, Any] = {"due_at": until, "busy_until": until, "state": one.state.begun.value}
    values |= {"off_at": 0, "left_at": 0} if one.state is State.INACTIVE else {}
    is_mine = connection.execute(update(_accounts).where(*where, as_it_was).values(values)).rowcount
    return replace(one, due_at=until) if is_mine else None


def keep(connection: Connection, one: HeldAccount, claimed: HeldAccount) -> None:
    """Keep what came of it. Where it became due anew since it was claimed, as its person left, it stays due.

    Of one that was given meanwhile nothing is kept but where it is: it stays what whoever made it due said, and
    whoever was erased is not written down again. Of one that was taken it is kept that it is off.
    """
    others = {"person_id", "taken_at"}
    if not _ended(connection, claimed, {name: value for name, value in _row(one).items() if name not in others}):
        off = ("state", "off_at", "failures", "error") if one.state is State.INACTIVE else ()
        values = {name: value for name, value in _row(one).items() if name in {"remote_id", *off}}
        connection.execute(update(_accounts).where(_accounts.c.id == claimed.id).values(**values, busy_until=0))
    is_nobodys = and_(_accounts.c.id == claimed.id, _accounts.c.person_id == _accounts.c.id)
    connection.execute(delete(_accounts).where(is_nobodys, _accounts.c.state == State.INACTIVE.value))


def failed(connection: Connection, one: HeldAccount, claimed: HeldAccount) -> None:
    """Keep that it did not work, and when it is tried again; where it became due anew meanwhile, that is done next."""
    values = {"failures": one.failures, "error": one.error[:300], "state": one.state.value, "due_at": one.due_at}
    if not _ended(connection, claimed, values):
        connection.execute(update(_accounts).where(_accounts.c.id == claimed.id).values(busy_until=0))


def _ended(connection: Connection, claimed: HeldAccount, kept: dict[str, Any]) -> bool:
    """Nobody is at it any more. False, and nothing is kept, where it became due anew since it was claimed."""
    mine = (_accounts.c.id == claimed.id, _accounts.c.due_at == claimed.due_at)
    return bool(connection.execute(update(_accounts).where(*mine).values({**kept, "busy_until": 0})).rowcount)


def drop(connection: Connection, account_id: str) -> None:
    connection.execute(delete(_accounts).where(_accounts.c.id == account_id))


def set_state(connection: Connection, ids: Collection[str], state: State, due_at: Instant) -> None:
    for at in range(0, len(several := list(ids)), _AT_ONCE):
        where = _accounts.c.id.in_(several[at : at + _AT_ONCE])
        connection.execute(update(_accounts).where(where).values(state=state.value, due_at=due_at))


def set_due(connection: Connection, ids: Collection[str], due_at: Instant) -> None:
    for at in range(0, len(several := list(ids)), _AT_ONCE):
        where = _accounts.c.id.in_(several[at : at + _AT_ONCE])
        connection.execute(update(_accounts).where(where).values(due_at=due_at))


def set_leaving(connection: Connection, ids: Collection[str], now: Instant, *, stay: bool) -> None:
    """These are taken, from people who stay or who do not."""
    for at in range(0, len(several := list(ids)), _AT_ONCE):
        where = _accounts.c.id.in_(several[at : at + _AT_ONCE])
        values = {"state": State.LEAVING.value, "left_at": now, "due_at": now, "failures": 0, "error": ""}
        values |= {"taken_at": now} if stay else {}
        connection.execute(update(_accounts).where(where).values(values))


def begin_anew(connection: Connection, ids: Collection[str], now: Instant) -> None:
    """The app does not have these any more: they are made again."""
    for at in range(0, len(several := list(ids)), _AT_ONCE):
        where = _accounts.c.id.in_(several[at : at + _AT_ONCE])
        values = {"state": State.WAITING.value, "remote_id": "", "version": "", "sent": "", "due_at": now}
        connection.execute(update(_accounts).where(where).values(values))


def send_again(connection: Connection, ids: Collection[str], now: Instant) -> None:
    """What the app says of these is not what it was told."""
    for at in range(0, len(several := list(ids)), _AT_ONCE):
        where = _accounts.c.id.in_(several[at : at + _AT_ONCE])
        connection.execute(update(_accounts).where(where).values(sent="", due_at=now, failures=0))


def make_due(connection: Connection, now: Instant, *, ids: Collection[str] = (), app: str = "") -> None:
    """These, or all at an app that failed, are looked at now."""
    failing = and_(_accounts.c.app == app, _accounts.c.error != "")
    which = _accounts.c.id.in_(list(ids)) if ids else failing
    connection.execute(update(_accounts).where(which, _accounts.c.due_at > now).values(due_at=now, failures=0))


def is_due(connection: Connection, apps: Iterable[str], now: Instant) -> bool:
    """Whether anything at these apps is due."""
    query = select(_accounts.c.id).where(_accounts.c.app.in_(list(apps)), _accounts.c.due_at <= now).limit(1)
    return connection.scalar(query) is not None


def next_due(connection: Connection, apps: Iterable[str], now: Instant) -> Instant:
    """When after this something at these apps is due, or an app is no longer left alone; NEVER where nothing is."""
    accounts_due = (_accounts.c.app.in_(list(apps)), _accounts.c.due_at > now)
    quiet = provisioned_apps.c.quiet_until
    found = [
        connection.scalar(select(func.min(_accounts.c.due_at)).where(*accounts_due)),
        connection.scalar(select(func.min(quiet)).where(quiet > now)),
    ]
    return min([int(one) for one in found if one is not None], default=NEVER)


def link(connection: Connection, one: HeldAccount, remote_id: str) -> None:
    """The app's account of this ID is this one's from now on; what the app was told of it counts no more."""
    values = {"remote_id": remote_id, "version": "", "sent": "", "state": State.CREATING.value, "due_at": 0}
    values |= {"failures": 0, "error": "", "left_at": 0, "off_at": 0}
    connection.execute(update(_accounts).where(_accounts.c.id == one.id).values(values))


# When access ends: within the transaction that ends it


def compare_every_app(connection: Connection) -> int:
    """A backup came back, which does not know what was done since. How many apps are compared at the next turn."""
    return int(connection.execute(update(provisioned_apps).values(tried_at=0, quiet_until=0)).rowcount)


def look_again(connection: Connection, person_id: str) -> int:
    """Somebody's accounts are looked at now; how many there are."""
    where = (_accounts.c.person_id == person_id, _accounts.c.state != State.INACTIVE.value)
    return int(connection.execute(update(_accounts).where(*where).values(due_at=0)).rowcount)


def end(connection: Connection, person_id: str, now: Instant) -> int:
    """Somebody leaves: each account that they may have is to be deactivated, before all else. How many there are."""
    here = _accounts.c.person_id == person_id
    waiting = and_(here, _accounts.c.state == State.WAITING.value)
    connection.execute(update(_accounts).where(waiting).values(due_at=0))
    open_ones = and_(here, _accounts.c.state.not_in([State.WAITING.value, State.INACTIVE.value]))
    values = {"state": State.LEAVING.value, "left_at": now, "due_at": 0, "failures": 0}
    return int(connection.execute(update(_accounts).where(open_ones).values(values)).rowcount)


def erase(connection: Connection, person_id: str, now: Instant) -> int:
    """Nothing says any more whose they were; those that may be open are still to be deactivated. No row goes at which
    somebody is: what is claimed may be open.
    """
    over = [State.WAITING.value, State.INACTIVE.value]
    connection.execute(delete(_accounts).where(_accounts.c.person_id == person_id, _accounts.c.state.in_(over)))
    found = end(connection, person_id, now)
    values = {"person_id": _accounts.c.id, "user_name": "", "sent": "", "version": "", "ignored": ""}
    connection.execute(update(_accounts).where(_accounts.c.person_id == person_id).values(values))
    connection.execute(delete(provisioning_differences).where(provisioning_differences.c.person_id == person_id))
    return found


def erase_address(connection: Connection, address: str) -> None:
    """Differences that name this address are forgotten until the app is compared again."""
    named = func.lower(provisioning_differences.c.user_name) == address.lower()
    connection.execute(delete(provisioning_differences).where(named))


# Apps


def app_states(connection: Connection) -> dict[str, AppState]:
    """By the apps' IDs."""
    more = ("quiet_until", "trouble", "troubles", "stopped", "may_go_on")
    return {
        row.name: AppState(**state_of(row), **{name: getattr(row, name) for name in more})
        for row in connection.execute(select(provisioned_apps))
    }


def set_app(connection: Connection, app: str, **values: Any) -> None:
    ASKED.ensure(connection, app)
    connection.execute(update(provisioned_apps).where(provisioned_apps.c.name == app).values(values))


# Differences


def differences(connection: Connection, app: str = "") -> list[Difference]:
    """Those of one app or of all: what is worst first, then by name."""
    query = select(provisioning_differences)
    rows = connection.execute(query.where(provisioning_differences.c.app == app) if app else query)
    order = [DifferenceKind.BACK, DifferenceKind.STRANGER, DifferenceKind.OFF]
    found = [replace(value_of(Difference, row), kind=DifferenceKind(row.kind)) for row in rows]
    return sorted(found, key=lambda one: (one.app, -1 * (one.kind in order), one.kind.value, one.user_name))


def replace_differences(connection: Connection, app: str, several: Iterable[Difference]) -> None:
    """These are what differs at an app now."""
    connection.execute(delete(provisioning_differences).where(provisioning_differences.c.app == app))
    values = [{**row_of(one), "kind": one.kind.value} for one in several]
    for at in range(0, len(values), _AT_ONCE):
        connection.execute(insert(provisioning_differences), values[at : at + _AT_ONCE])


def drop_difference(connection: Connection, app: str, remote_id: str) -> None:
    table = provisioning_differences
    connection.execute(delete(table).where(table.c.app == app, table.c.remote_id == remote_id))


def forget_app(connection: Connection, app: str) -> None:
    """Nothing is known of an app any more: what it has is left as it is."""
    connection.execute(delete(_accounts).where(_accounts.c.app == app))
    connection.execute(delete(provisioning_differences).where(provisioning_differences.c.app == app))
    ASKED.forget(connection, app)


def _row(one: HeldAccount) -> dict[str, Any]:
    return {**row_of(one), "state": one.state.value, "error": one.error[:300]}


def _account(row: Row[Any]) -> HeldAccount:
    return value_of(HeldAccount, row, state=State(row.state))
