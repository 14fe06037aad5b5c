"""Tables of firewalls: those that enrolled, tokens to enrol by, the keys that sign what they are told, and changes.

Of a secret that is handed out only the hash is kept. Callers hold the transaction.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from limen.clock import DAY, Instant
from limen.following.questions import LONGEST_TOKEN, TOKEN_LIVES
from limen.opaque import hash_of, new_token
from limen.storage import metadata

KEYS: Final = "network_firewall_keys"
CHANGED: Final = "network_firewall"
"""The kind of change by which every worker hears of it; its key is the firewall's name."""
KEPT_OLD = 30 * DAY
"""How long a ruleset that is not confirmed any more can still be gone back to."""

network_firewalls = Table(
    "network_firewalls",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False, server_default=""),
)
"""Firewalls that enrolled, and the ruleset that was confirmed there last ("": none)."""

network_firewall_tokens = Table(
    "network_firewall_tokens",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""One-time tokens, each for one firewall."""

network_firewall_keys = Table(
    KEYS,
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The private keys that sign what firewalls are told."""

network_changes = Table(
    "network_changes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("firewall", String(40), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("needs", String(20), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("why", String(400), nullable=False, server_default=""),
    Column("ended_at", BigInteger, nullable=False, server_default="0"),
)
"""Rulesets that somebody wanted in force, and what became of each."""

network_rulesets = Table(
    "network_rulesets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Rulesets as nftables reads them (JSON, packed by zlib), by the SHA-256 of their text."""

TABLES: Final = (network_firewalls, network_firewall_tokens, network_firewall_keys, network_changes, network_rulesets)


@dataclass(frozen=True, slots=True)
class EnrolledFirewall:
    """A machine that enforces, under the name that network.yaml gives it. `digest`: what was confirmed there last."""

    id: str
    name: str
    token_hash: bytes
    enrolled_at: Instant
    digest: str = ""


WAITING, TRIAL, CONFIRMED, UNDONE, REFUSED = "waiting", "trial", "confirmed", "undone", "refused"
OPEN: Final = frozenset({WAITING, TRIAL})


@dataclass(frozen=True, slots=True)
class RulesetChange:
    """A ruleset that somebody wanted in force on a firewall. `state`: waiting, trial, confirmed, undone, refused.

    `needs`: what confirms it, `confirmation` by a person or `reach`, that the firewall reached Limen with it in force.
    """

    id: str
    firewall: str
    digest: str
    needs: str
    made_at: Instant
    made_by: str
    state: str = WAITING
    why: str = ""
    ended_at: Instant = 0

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


# Firewalls


def firewalls(connection: Connection) -> list[EnrolledFirewall]:
    """All that enrolled, by name."""
    chosen = select(network_firewalls).order_by(network_firewalls.c.name)
    names = EnrolledFirewall.__slots__
    return [EnrolledFirewall(*(getattr(row, name) for name in names)) for row in connection.execute(chosen)]


def put_firewall(connection: Connection, one: EnrolledFirewall) -> None:
    """Know this firewall; one of its name before it is known no more, and what waits for it is over."""
    drop_firewall(connection, one.name, one.enrolled_at)
    connection.execute(insert(network_firewalls).values({name: getattr(one, name) for name in one.__slots__}))


def drop_firewall(connection: Connection, name: str, now: Instant) -> bool:
    """Whether there was one."""
    for change in open_changes(connection):
        if change.firewall == name:
            end_change(connection, change.id, UNDONE, "the firewall enrolled anew, or was removed", now)
    return bool(connection.execute(delete(network_firewalls).where(network_firewalls.c.name == name)).rowcount)


def set_confirmed(connection: Connection, name: str, digest: str) -> None:
    connection.execute(update(network_firewalls).where(network_firewalls.c.name == name).values(digest=digest))


def add_token(connection: Connection, name: str, now: Instant) -> str:
    """A one-time token for the firewall of this name, good for a day; those that are over go."""
    token, table = new_token(), network_firewall_tokens
    connection.execute(delete(table).where(table.c.until <= now))
    connection.execute(insert(table).values(hash=hash_of(token), name=name, until=now + TOKEN_LIVES))
    return token


def take_token(connection: Connection, token: str, now: Instant) -> str:
    """The name of the firewall that this token is for, and it is used up; "" where it is not good."""
    table, hashed = network_firewall_tokens, hash_of(token[:LONGEST_TOKEN])
    row = connection.execute(select(table).where(table.c.hash == hashed)).one_or_none()
    used = connection.execute(delete(table).where(table.c.hash == hashed)).rowcount
    return str(row.name) if row is not None and used and row.until > now else ""


# Keys


def keys(connection: Connection) -> list[tuple[str, bytes, Instant]]:
    """Each key's id, what it is sealed as, and when it was made; the newest first."""
    table = network_firewall_keys.c
    chosen = select(table.id, table.sealed, table.at).order_by(table.at.desc())
    return [(row.id, row.sealed, row.at) for row in connection.execute(chosen)]


def add_key(connection: Connection, key_id: str, sealed: bytes, at: Instant) -> None:
    connection.execute(insert(network_firewall_keys).values(id=key_id, sealed=sealed, at=at))


def drop_key(connection: Connection, key_id: str) -> None:
    connection.execute(delete(network_firewall_keys).where(network_firewall_keys.c.id == key_id))


# Changes


def add_change(connection: Connection, change: RulesetChange, ruleset: str) -> None:
    """One more; one that is open of this firewall is over. The ruleset is kept with it."""
    for before in open_changes(connection):
        if before.firewall == change.firewall:
            end_change(connection, before.id, UNDONE, "another change came", change.made_at)
    table = network_rulesets
    if connection.execute(select(table.c.digest).where(table.c.digest == change.digest)).one_or_none() is None:
        packed = zlib.compress(ruleset.encode())
        connection.execute(insert(table).values(digest=change.digest, packed=packed, at=change.made_at))
    values = {name: getattr(change, name) for name in RulesetChange.__slots__}
    connection.execute(insert(network_changes).values(values))


def open_changes(connection: Connection) -> list[RulesetChange]:
    return _changes(connection, network_changes.c.state.in_(OPEN))


def last_changes(connection: Connection, firewall: str, most: int = 20) -> list[RulesetChange]:
    """The newest first."""
    return _changes(connection, network_changes.c.firewall == firewall)[::-1][:most]


def _changes(connection: Connection, where: ColumnElement[bool]) -> list[RulesetChange]:
    chosen = select(network_changes).where(where).order_by(network_changes.c.made_at, network_changes.c.id)
    names = RulesetChange.__slots__
    return [RulesetChange(*(getattr(row, name) for name in names)) for row in connection.execute(chosen)]


def end_change(connection: Connection, change_id: str, state: str, why: str, now: Instant) -> bool:
    """What became of a change that is open; whether it was."""
    table = network_changes
    ended_at = 0 if state in OPEN else now
    values = {"state": state, "why": why[:400], "ended_at": ended_at}
    where = (table.c.id == change_id, table.c.state.in_(OPEN), table.c.state != state)
    return bool(connection.execute(update(table).where(*where).values(values)).rowcount)


def ruleset(connection: Connection, digest: str) -> str:
    """The text of a ruleset; "" where there is none of that digest."""
    table = network_rulesets
    row = connection.execute(select(table.c.packed).where(table.c.digest == digest)).one_or_none()
    return "" if row is None else zlib.decompress(row.packed).decode()


def forget(connection: Connection, now: Instant) -> None:
    """Changes that ended long ago, and rulesets that nothing names any more."""
    table = network_changes
    old = table.c.ended_at.between(1, now - KEPT_OLD)
    connection.execute(delete(table).where(old))
    named = select(table.c.digest).union(select(network_firewalls.c.digest))
    connection.execute(delete(network_rulesets).where(network_rulesets.c.digest.not_in(named)))
