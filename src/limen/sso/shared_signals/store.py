"""Streams of receivers (SSF 1.0 section 8.1), and the tokens by which receivers call. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
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
from limen.storage.rows import row_of, value_of
from limen.storage.service_tokens import ServiceTokens, table_of_tokens
from limen.storage.tables import metadata, rows_called

LONGEST_TEXT: Final = 300
"""Characters of a description, a reason, and of why something failed."""


class Status(StrEnum):
    """Whether a stream is told (SSF 1.0 section 8.1.2)."""

    ENABLED = "enabled"
    PAUSED = "paused"
    """What happens is kept for it, for as long as tokens count."""
    DISABLED = "disabled"
    """Nothing is told, nothing is kept."""


class ChangedBy(StrEnum):
    """Who gave a stream the status that it has."""

    RECEIVER = "receiver"
    ADMINISTRATOR = "administrator"
    LIMEN = "limen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream. `events` are the URIs of what its receiver asked for; `endpoint` is where it is pushed to, "" where
    it is polled.

    `failures` in a row since `failing_since` with `error`; the next try is at `due_at`. `asked_at` is when the receiver
    asked for a verification last, `heard_at` when it took an event last, `polled_at` when it came last to fetch some.
    """

    id: str
    receiver: str
    made_at: Instant
    events: tuple[str, ...]
    endpoint: str = ""
    description: str = ""
    status: Status = Status.ENABLED
    reason: str = ""
    changed_by: ChangedBy = ChangedBy.RECEIVER
    changed_at: Instant = 0
    asked_at: Instant = 0
    heard_at: Instant = 0
    polled_at: Instant = 0
    due_at: Instant = 0
    failures: int = 0
    failing_since: Instant = 0
    error: str = ""

    @property
    def is_pushed(self) -> bool:
        return bool(self.endpoint)

    @property
    def is_stopped_by_administrator(self) -> bool:
        """Whether an administrator paused or disabled it: nobody else lets it go on."""
        return self.status is not Status.ENABLED and self.changed_by is ChangedBy.ADMINISTRATOR

    @property
    def place(self) -> str:
        """Where it is pushed to, for people to see: a query may hold a secret of the receiver's."""
        return self.endpoint.partition("?")[0]


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


def _at(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


signal_streams = Table(
    "signal_streams",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("receiver", String(40), nullable=False, index=True),
    _at("made_at"),
    Column("events", Text, nullable=False),
    _text("endpoint", 1_000),
    Column("sealed", LargeBinary),
    _text("description", LONGEST_TEXT),
    _text("status", 10),
    _text("reason", LONGEST_TEXT),
    _text("changed_by", 20),
    *(_at(name) for name in ("changed_at", "asked_at", "heard_at", "polled_at", "due_at")),
    Column("failures", Integer, nullable=False, server_default="0"),
    _at("failing_since"),
    _text("error", LONGEST_TEXT),
    _at("busy_until"),
)
signal_left_out = Table(
    "signal_left_out",
    metadata,
    Column("stream_id", String(40), primary_key=True),
    Column("person_id", String(40), primary_key=True, index=True),
    info=rows_called("stream of security events without them", "streams of security events without them"),
)
"""Whom a receiver wants to hear nothing of (SSF 1.0 section 8.1.3.3)."""
TOKENS: Final = ServiceTokens(table_of_tokens("signal_tokens", "receiver"), "receiver", "gt")
TABLES: Final = (signal_streams, signal_left_out, TOKENS.table)
_streams: Final = signal_streams
_AT_ONCE: Final = 500


def add(connection: Connection, stream: Stream, sealed: bytes | None) -> None:
    connection.execute(insert(_streams).values(**_row(stream), sealed=sealed))


def keep(connection: Connection, stream: Stream) -> None:
    """Keep it as it is now; its Authorization header stays."""
    connection.execute(update(_streams).where(_streams.c.id == stream.id).values(_row(stream)))


def change(connection: Connection, stream_id: str, **values: Any) -> None:
    """Set some of its fields."""
    connection.execute(update(_streams).where(_streams.c.id == stream_id).values(values))


def set_sealed(connection: Connection, stream_id: str, sealed: bytes | None) -> None:
    """What is sent as its Authorization header, sealed for its row and column."""
    change(connection, stream_id, sealed=sealed)


def sealed_of(connection: Connection, stream_id: str) -> bytes | None:
    return connection.scalar(select(_streams.c.sealed).where(_streams.c.id == stream_id))


def drop(connection: Connection, stream_id: str) -> None:
    """What waits for it is for the caller to drop (`outbox_store`)."""
    connection.execute(delete(signal_left_out).where(signal_left_out.c.stream_id == stream_id))
    connection.execute(delete(_streams).where(_streams.c.id == stream_id))


def stream(connection: Connection, stream_id: str) -> Stream | None:
    row = connection.execute(select(_streams).where(_streams.c.id == stream_id)).first()
    return None if row is None else _stream(row)


def streams(connection: Connection, receiver: str = "") -> list[Stream]:
    """All of them, or those of one receiver, the oldest first."""
    query = select(_streams).order_by(_streams.c.made_at, _streams.c.id)
    query = query.where(_streams.c.receiver == receiver) if receiver else query
    return [_stream(row) for row in connection.execute(query)]


def is_anybody_told(connection: Connection) -> bool:
    """Whether there is a stream that something is kept for."""
    query = select(_streams.c.id).where(_streams.c.status != Status.DISABLED.value).limit(1)
    return connection.scalar(query) is not None


def claim(connection: Connection, stream_id: str, now: Instant, until: Instant) -> bool:
    """Whether whoever calls is the only one to push this stream from now on until then."""
    here = (_streams.c.id == stream_id, _streams.c.busy_until <= now)
    return bool(connection.execute(update(_streams).where(*here).values(busy_until=until)).rowcount)


# Whom a stream leaves out


def leave_out(connection: Connection, stream_id: str, person_id: str) -> None:
    include(connection, stream_id, person_id)
    connection.execute(insert(signal_left_out).values(stream_id=stream_id, person_id=person_id))


def include(connection: Connection, stream_id: str, person_id: str) -> None:
    where = (signal_left_out.c.stream_id == stream_id, signal_left_out.c.person_id == person_id)
    connection.execute(delete(signal_left_out).where(*where))


def left_out(connection: Connection, people: Collection[str]) -> set[tuple[str, str]]:
    """Of these people: which stream leaves out whom, as pairs of their IDs."""
    several, found = list(people), set()
    for at in range(0, len(several), _AT_ONCE):
        query = select(signal_left_out).where(signal_left_out.c.person_id.in_(several[at : at + _AT_ONCE]))
        found |= {(row.stream_id, row.person_id) for row in connection.execute(query)}
    return found


def count_left_out(connection: Connection, stream_id: str) -> int:
    query = select(func.count()).select_from(signal_left_out).where(signal_left_out.c.stream_id == stream_id)
    return int(connection.scalar(query) or 0)


def _row(one: Stream) -> dict[str, Any]:
    return {**row_of(one), "error": one.error[:LONGEST_TEXT], "reason": one.reason[:LONGEST_TEXT]}


def _stream(row: Row[Any]) -> Stream:
    return value_of(
        Stream,
        row,
        events=tuple(row.events.split()),
        status=Status(row.status),
        changed_by=ChangedBy(row.changed_by),
    )
