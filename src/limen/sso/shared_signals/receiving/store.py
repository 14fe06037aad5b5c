"""What is kept of services that share signals: our stream at each, which tokens came, and how it goes. All SQL of
receiving stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.storage.rows import inserted, value_of
from limen.storage.tables import metadata, rows_called

MOST_KEPT_SETS: Final = 100_000
"""How many tokens of one transmitter are remembered. Beyond it the oldest are not, and nothing as old is taken."""

received_streams = Table(
    "received_streams",
    metadata,
    *columns(),
    Column("issuer", String(255), nullable=False, server_default=""),
    Column("stream_id", String(255), nullable=False, server_default=""),
    Column("audience", Text, nullable=False, server_default=""),
    Column("poll_url", String(1000), nullable=False, server_default=""),
    Column("asked_for", String(64), nullable=False, server_default=""),
    Column("push_hash", String(64), nullable=False, server_default=""),
    Column("status", String(20), nullable=False, server_default=""),
    Column("status_why", String(200), nullable=False, server_default=""),
    Column("verify_state", String(64), nullable=False, server_default=""),
    Column("verify_asked_at", BigInteger, nullable=False, server_default="0"),
    Column("verified_at", BigInteger, nullable=False, server_default="0"),
    Column("heard_at", BigInteger, nullable=False, server_default="0"),
    Column("oldest_taken", BigInteger, nullable=False, server_default="0"),
)
"""By the transmitter's name in `signals.yaml`. `push_hash` is that of what it proves itself with when it pushes."""
received_sets = Table(
    "received_sets",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("transmitter", String(40), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Which tokens came, as long as a second one would count: it holds across restarts, workers and nodes."""
Index("ix_received_sets_transmitter", received_sets.c.transmitter, received_sets.c.issued_at)
received_counts = Table(
    "received_counts",
    metadata,
    Column("transmitter", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("word", String(60), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
"""How often what came: events by their names, refusals and unknown subjects by why."""
disabled_elsewhere = Table(
    "disabled_elsewhere",
    metadata,
    Column("transmitter", String(40), primary_key=True),
    Column("person_id", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("why", String(200), nullable=False),
    Column("taken_at", BigInteger, nullable=False, server_default="0"),
    info=rows_called("account that another service disabled", "accounts that other services disabled"),
)
"""Whose account a transmitter had disabled, or wants to have; `state` is one of the words below."""
Index("ix_disabled_elsewhere_person_id", disabled_elsewhere.c.person_id)
TABLES: Final = (received_streams, received_sets, received_counts, disabled_elsewhere)
ASKED: Final = AskedStore(received_streams)

TAKEN: Final = "taken"
"""By the transmitter's word alone."""
ASKED_ABOUT: Final = "asked"
DECIDED: Final = "decided"
"""An administrator disabled it."""
KEPT: Final = "kept"
"""An administrator let it be."""

EVENT: Final = "event"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Stream:
    """Our stream at a transmitter, as far as it is known.

    `audience` are those that its tokens may name, `asked_for` tells what was asked for, `status` is that of SSF 1.0
    section 8.1.2 ("": not known). `verify_state` is what a verification was asked with, at `verify_asked_at`;
    `verified_at` is when one was answered. `heard_at`: when any token of it was taken, or the stream was made. No token
    that was issued by `oldest_taken` is taken any more: those are forgotten.
    """

    asked: AskedState
    issuer: str = ""
    stream_id: str = ""
    audience: tuple[str, ...] = ()
    poll_url: str = ""
    asked_for: str = ""
    push_hash: str = field(default="", repr=False)
    status: str = ""
    status_why: str = ""
    verify_state: str = ""
    verify_asked_at: Instant = 0
    verified_at: Instant = 0
    heard_at: Instant = 0
    oldest_taken: Instant = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How often something came, and when last. `kind`: `EVENT`, `REFUSED` or `UNKNOWN`."""

    transmitter: str
    kind: str
    word: str
    number: int
    last_at: Instant


@dataclass(frozen=True, slots=True)
class DisabledElsewhere:
    """A transmitter's word that somebody's account is disabled; `state` says what became of it.

    `taken_at`: when it last took this account by its word alone, 0 for never. That counts against how many it may take
    in a day, whatever became of the account since.
    """

    transmitter: str
    person_id: str
    at: Instant
    state: str
    why: str
    taken_at: Instant = 0


# Streams


def stream(connection: Connection, name: str) -> Stream:
    """What is kept of a transmitter; of one that nothing is kept of, nothing."""
    row = connection.execute(select(received_streams).where(received_streams.c.name == name)).first()
    return _stream(row) if row else Stream(AskedState(name))


def streams(connection: Connection) -> dict[str, Stream]:
    """By the names of their transmitters."""
    return {row.name: _stream(row) for row in connection.execute(select(received_streams))}


def keep(connection: Connection, name: str, **values: Any) -> None:
    """Set these columns of a transmitter's stream; `audience` is kept as lines."""
    ASKED.ensure(connection, name)
    if "audience" in values:
        values["audience"] = "\n".join(values["audience"])
    connection.execute(update(received_streams).where(received_streams.c.name == name).values(values))


def remove(connection: Connection, name: str) -> None:
    """Forget a transmitter; which of its tokens came is remembered for as long as they count."""
    ASKED.forget(connection, name)
    connection.execute(delete(received_counts).where(received_counts.c.transmitter == name))
    connection.execute(delete(disabled_elsewhere).where(disabled_elsewhere.c.transmitter == name))


def _stream(row: Row[Any]) -> Stream:
    asked, audience = AskedState(**state_of(row)), tuple(filter(None, row.audience.split("\n")))
    return value_of(Stream, row, asked=asked, audience=audience)


# Tokens that came


def is_first(connection: Connection, digest: bytes, transmitter: str, issued_at: Instant, until: Instant) -> bool:
    """Whether this token did not come before; it counts as come until then."""
    row = {"digest": digest, "transmitter": transmitter, "issued_at": issued_at, "until": until}
    return inserted(connection, received_sets, row)


def forget_sets(connection: Connection, now: Instant, most: int = MOST_KEPT_SETS) -> None:
    """Drop what can't come twice any more; and of a transmitter with too many the oldest, which it can't send again."""
    connection.execute(delete(received_sets).where(received_sets.c.until <= now))
    counted = select(received_sets.c.transmitter, func.count()).group_by(received_sets.c.transmitter)
    for name, number in connection.execute(counted).all():
        if number <= most:
            continue
        mine = received_sets.c.transmitter == name
        newest_gone = connection.scalar(
            select(received_sets.c.issued_at)
            .where(mine)
            .order_by(received_sets.c.issued_at.desc())
            .offset(most)
            .limit(1)
        )
        connection.execute(delete(received_sets).where(mine, received_sets.c.issued_at <= newest_gone))
        keep(connection, name, oldest_taken=newest_gone)


# Counts


def count(connection: Connection, transmitter: str, kind: str, word: str, now: Instant) -> None:
    where = (
        received_counts.c.transmitter == transmitter,
        received_counts.c.kind == kind,
        received_counts.c.word == word[:60],
    )
    more = {"number": received_counts.c.number + 1, "last_at": now}
    if not connection.execute(update(received_counts).where(*where).values(more)).rowcount:
        row = {"transmitter": transmitter, "kind": kind, "word": word[:60], "number": 1, "last_at": now}
        connection.execute(insert(received_counts).values(row))


def counts(connection: Connection) -> list[Count]:
    """Of every transmitter, what came last first."""
    ordered = select(received_counts).order_by(received_counts.c.last_at.desc(), received_counts.c.word)
    return [value_of(Count, row) for row in connection.execute(ordered)]


# Accounts


def disabled(connection: Connection, transmitter: str, person_id: str) -> DisabledElsewhere | None:
    where = (disabled_elsewhere.c.transmitter == transmitter, disabled_elsewhere.c.person_id == person_id)
    row = connection.execute(select(disabled_elsewhere).where(*where)).first()
    return value_of(DisabledElsewhere, row) if row else None


def keep_disabled(connection: Connection, one: DisabledElsewhere) -> None:
    """In the place of what the transmitter said of this person before."""
    where = (disabled_elsewhere.c.transmitter == one.transmitter, disabled_elsewhere.c.person_id == one.person_id)
    connection.execute(delete(disabled_elsewhere).where(*where))
    values = {"transmitter": one.transmitter, "person_id": one.person_id, "at": one.at, "taken_at": one.taken_at}
    connection.execute(insert(disabled_elsewhere).values({**values, "state": one.state, "why": one.why[:200]}))


def taken_since(connection: Connection, transmitter: str, since: Instant) -> int:
    """From how many it has taken the account since then."""
    query = select(func.count()).select_from(disabled_elsewhere)
    columns = disabled_elsewhere.c
    where = (columns.transmitter == transmitter, columns.taken_at > 0, columns.taken_at >= since)
    return connection.scalar(query.where(*where)) or 0


def every_disabled(connection: Connection, states: Iterable[str]) -> list[DisabledElsewhere]:
    """In one of these states, the oldest first."""
    where = disabled_elsewhere.c.state.in_(list(states))
    ordered = select(disabled_elsewhere).where(where).order_by(disabled_elsewhere.c.at)
    return [value_of(DisabledElsewhere, row) for row in connection.execute(ordered)]
