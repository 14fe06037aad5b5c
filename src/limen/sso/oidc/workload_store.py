"""Tables of workloads that get tokens by keys of their own: the keys, where they are signed in, assertions once used.

Callers hold the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.sso.oidc.public_keys import PublicKey, kept
from limen.storage import metadata
from limen.storage.tables import rows_called

MOST_ASSERTIONS: Final = 10_000
"""How many assertions of one client are remembered at once. Beyond it no more is taken until some are over."""

oidc_workload_keys = Table(
    "oidc_workload_keys",
    metadata,
    Column("thumbprint", String(43), primary_key=True),
    Column("workload_id", String(40), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    info=rows_called("key of a workload", "keys of workloads"),
)
"""Public keys (JWK). A key is of one workload alone: nobody shares an account."""

oidc_workload_sign_ins = Table(
    "oidc_workload_sign_ins",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("workload_id", String(40), nullable=False),
    Column("app", String(40), nullable=False),
    Column("key", String(43), nullable=False),
    Column("address", String(45), nullable=False),
    UniqueConstraint("workload_id", "app", "key"),
    info=rows_called("sign-in of a workload at an app", "sign-ins of workloads at apps"),
)
"""One workload at one app with one key: all its tokens there name it, and are worth nothing when it is gone."""

oidc_assertions = Table(
    "oidc_assertions",
    metadata,
    Column("client", String(40), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Assertions that clients have used, until they are over by themselves. One tree is all that a use writes to."""

TABLES: Final = (oidc_workload_keys, oidc_workload_sign_ins, oidc_assertions)

# What is asked at each token, put together once

_KEYS: Final = select(oidc_workload_keys).order_by(oidc_workload_keys.c.added_at, oidc_workload_keys.c.thumbprint)
_KEYS_OF: Final = _KEYS.where(oidc_workload_keys.c.workload_id == bindparam("workload_id"))
_SAME_SIGN_IN: Final = select(oidc_workload_sign_ins).where(
    *(oidc_workload_sign_ins.c[name] == bindparam(name) for name in ("workload_id", "app", "key"))
)
_SIGN_IN_OF: Final = (
    select(oidc_workload_sign_ins)
    .join(oidc_workload_keys, oidc_workload_sign_ins.c.key == oidc_workload_keys.c.thumbprint)
    .where(oidc_workload_sign_ins.c.id == bindparam("id"), oidc_workload_keys.c.until > bindparam("now"))
)
_REMEMBERED: Final = (
    select(func.count())
    .select_from(oidc_assertions)
    .where(oidc_assertions.c.client == bindparam("of_client"), oidc_assertions.c.until > bindparam("now"))
)
_USED: Final = select(oidc_assertions.c.hash).where(
    oidc_assertions.c.client == bindparam("of_client"), oidc_assertions.c.hash == bindparam("same")
)
_AS_NEW: Final = select(
    bindparam("client", type_=String), bindparam("hash", type_=LargeBinary), bindparam("until", type_=BigInteger)
).where(_REMEMBERED.scalar_subquery() < bindparam("most"), ~_USED.exists())
_USE: Final = (
    insert(oidc_assertions).from_select(["client", "hash", "until"], _AS_NEW).execution_options(preserve_rowcount=True)
)
"""No two transactions write at once, on any engine (`limen.storage`), so nobody else uses it between look and write."""


@dataclass(frozen=True, slots=True)
class WorkloadKey:
    """A row of `oidc_workload_keys`."""

    thumbprint: str
    workload_id: str
    name: str
    public_key: str
    added_at: Instant
    until: Instant

    @property
    def key(self) -> PublicKey:
        return kept(self.public_key, self.name)


@dataclass(frozen=True, slots=True)
class WorkloadSignIn:
    """A row of `oidc_workload_sign_ins`. `address` is where it asked from last."""

    id: str
    workload_id: str
    app: str
    key: str
    address: str


def add_key(connection: Connection, key: WorkloadKey) -> None:
    connection.execute(insert(oidc_workload_keys).values(_row(key)))


def key_of(connection: Connection, thumbprint: str) -> WorkloadKey | None:
    """The key with this thumbprint, whoever's it is, good or over."""
    chosen = select(oidc_workload_keys).where(oidc_workload_keys.c.thumbprint == thumbprint)
    found = connection.execute(chosen).mappings().one_or_none()
    return None if found is None else WorkloadKey(**found)


def keys_of(connection: Connection, workload_id: str = "") -> list[WorkloadKey]:
    """The keys of a workload, or of all, the oldest first; those that are over among them."""
    found = connection.execute(_KEYS_OF, {"workload_id": workload_id}) if workload_id else connection.execute(_KEYS)
    return [WorkloadKey(*row) for row in found]


def remove_key(connection: Connection, thumbprint: str) -> None:
    """It proves nothing any more, and what was issued for it is worth nothing."""
    connection.execute(delete(oidc_workload_sign_ins).where(oidc_workload_sign_ins.c.key == thumbprint))
    connection.execute(delete(oidc_workload_keys).where(oidc_workload_keys.c.thumbprint == thumbprint))


def sign_in(connection: Connection, wanted: WorkloadSignIn) -> WorkloadSignIn:
    """Sign a workload in at an app with a key, or find that it is; its address is the one of now."""
    same = {"workload_id": wanted.workload_id, "app": wanted.app, "key": wanted.key}
    rows, row = oidc_workload_sign_ins, connection.execute(_SAME_SIGN_IN, same).one_or_none()
    if row is None:
        connection.execute(insert(rows).values(_row(wanted)))
        return wanted
    if row.address != wanted.address:
        connection.execute(update(rows).where(rows.c.id == row.id).values(address=wanted.address))
    return replace(wanted, id=row.id)


def sign_in_of(connection: Connection, sign_in_id: str, now: Instant) -> WorkloadSignIn | None:
    """The sign-in of this id; None where it is gone, or its key is over."""
    row = connection.execute(_SIGN_IN_OF, {"id": sign_in_id, "now": now}).one_or_none()
    return None if row is None else WorkloadSignIn(*row)


def end_sign_in(connection: Connection, sign_in_id: str) -> None:
    connection.execute(delete(oidc_workload_sign_ins).where(oidc_workload_sign_ins.c.id == sign_in_id))


class Use(StrEnum):
    """What became of using an assertion."""

    FIRST = "first"
    AGAIN = "again"
    TOO_MANY = "too_many"


def use(connection: Connection, client: str, assertion: bytes, until: Instant, now: Instant) -> Use:
    """Mark an assertion used, unless it was before, or its client has too many that are remembered.

    Of any number of uses at once one is the first.
    """
    whose = {"of_client": client, "now": now}
    used = {"client": client, "hash": assertion, "same": assertion, "until": until, "most": MOST_ASSERTIONS}
    if connection.execute(_USE, used | whose).rowcount == 1:
        return Use.FIRST
    return Use.TOO_MANY if (connection.scalar(_REMEMBERED, whose) or 0) >= MOST_ASSERTIONS else Use.AGAIN


def forget(connection: Connection, now: Instant, keys_over_since: Instant) -> None:
    """Assertions that are over, and keys that are for long, with what was issued for them."""
    connection.execute(delete(oidc_assertions).where(oidc_assertions.c.until <= now))
    for key in keys_of(connection):
        if key.until <= keys_over_since:
            remove_key(connection, key.thumbprint)


def _row(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
