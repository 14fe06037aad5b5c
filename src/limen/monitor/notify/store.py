"""The queue of notices, and what is kept of channels. What a notice says is made when it goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import Instant
from limen.storage.tables import metadata

notify_channels = Table(
    "notify_channels",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""By the channel's name in `monitor.yaml`. `sealed` is its address with the secret in it."""
notices = Table(
    "notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("case_id", String(40), nullable=False),
    Column("sort", String(20), nullable=False),
    Column("level", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(60), nullable=False),
    Column("done_at", BigInteger, nullable=False),
)
Index("ix_notices_state", notices.c.state, notices.c.next_try_at)
Index("ix_notices_channel", notices.c.channel, notices.c.queued_at)
TABLES: Final = (notify_channels, notices)
QUEUED, SENT, FAILED = "queued", "sent", "failed"
CASE, SPARED, DIGEST, TEST, REQUEST = "case", "spared", "digest", "test", "request"
_C: Final = notices.c
_FIELDS: Final = tuple(column.name for column in notices.c)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A notice in the queue. `sort`: about one case, about one that a playbook did not act on, a digest of many, a
    test, or a request for access, whose id is in the place of the case's.
    """

    id: str
    channel: str
    case_id: str
    sort: str
    level: str
    queued_at: Instant
    next_try_at: Instant
    expires_at: Instant
    state: str = QUEUED
    tries: int = 0
    problem: str = ""
    done_at: Instant = 0


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """What is kept of a channel."""

    name: str
    sealed: bytes = field(default=b"", repr=False)
    made_at: Instant = 0


def add(connection: Connection, one: Queued) -> None:
    connection.execute(insert(notices).values({name: getattr(one, name) for name in _FIELDS}))


def due(connection: Connection, now: Instant, most: int) -> list[Queued]:
    """Those whose turn it is, the worst and oldest first."""
    where = (_C.state == QUEUED, _C.next_try_at <= now)
    ordered = select(notices).where(*where).order_by((_C.level == "critical").desc(), _C.queued_at, _C.id)
    return [_queued(row) for row in connection.execute(ordered.limit(most))]


def finish(connection: Connection, notice_id: str, state: str, tries: int, now: Instant, problem: str = "") -> None:
    values = {"state": state, "tries": tries, "done_at": now, "problem": problem}
    connection.execute(update(notices).where(_C.id == notice_id).values(values))


def try_later(connection: Connection, notice_id: str, tries: int, at: Instant, problem: str) -> None:
    values = {"tries": tries, "next_try_at": at, "problem": problem}
    connection.execute(update(notices).where(_C.id == notice_id).values(values))


def hurry(connection: Connection, notice_id: str, sort: str, level: str, now: Instant) -> None:
    """What waits is worse by now: it goes out at once."""
    connection.execute(update(notices).where(_C.id == notice_id).values(sort=sort, level=level, next_try_at=now))


def count_since(connection: Connection, channel: str, since: Instant, sorts: tuple[str, ...] = (CASE, SPARED)) -> int:
    """How many notices of these sorts, about single cases where nothing else is said, a channel got since then."""
    where = (_C.channel == channel, _C.sort.in_(sorts), _C.queued_at >= since)
    return connection.scalar(select(func.count()).select_from(notices).where(*where)) or 0


def last_about(connection: Connection, channel: str, case_id: str) -> Queued | None:
    """The newest notice of a channel about a case."""
    where = (_C.channel == channel, _C.case_id == case_id)
    row = connection.execute(select(notices).where(*where).order_by(_C.queued_at.desc()).limit(1)).first()
    return _queued(row) if row else None


def last_digest(connection: Connection, channel: str) -> Queued | None:
    where = (_C.channel == channel, _C.sort == DIGEST)
    row = connection.execute(select(notices).where(*where).order_by(_C.queued_at.desc()).limit(1)).first()
    return _queued(row) if row else None


def last_problems(connection: Connection) -> dict[str, str]:
    """What was wrong with the newest notice of each channel; "" where nothing was."""
    rows = connection.execute(select(_C.channel, _C.problem).order_by(_C.queued_at))
    return {row.channel: row.problem for row in rows}


def forget(connection: Connection, before: Instant) -> None:
    connection.execute(delete(notices).where(_C.state != QUEUED, _C.queued_at < before))


# Channels


def channel(connection: Connection, name: str) -> ChannelRow:
    """What is kept of a channel; of one that nothing is kept of, nothing."""
    row = connection.execute(select(notify_channels).where(notify_channels.c.name == name)).first()
    return ChannelRow(row.name, bytes(row.sealed), row.made_at) if row else ChannelRow(name)


def channels(connection: Connection) -> dict[str, Instant]:
    """When the address of each channel was set."""
    return {row.name: row.made_at for row in connection.execute(select(notify_channels))}


def keep_channel(connection: Connection, kept: ChannelRow) -> None:
    connection.execute(delete(notify_channels).where(notify_channels.c.name == kept.name))
    values = {"name": kept.name, "sealed": kept.sealed, "made_at": kept.made_at}
    connection.execute(insert(notify_channels).values(values))


def _queued(row: Row[Any]) -> Queued:
    return Queued(**{name: getattr(row, name) for name in _FIELDS})
