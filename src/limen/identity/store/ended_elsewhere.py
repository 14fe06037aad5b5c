"""Up to when the word of an upstream issuer about somebody counts for nothing, since it was said that it is over there.

A sign-in can be on its way here while that is told: with a response that was issued before, and posts it later. So the
session that it would begin asks here, in its own transaction. Who is meant is kept as a digest alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, TypeAlias

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, Table, delete, func, insert, select

from limen.clock import HOUR, Instant, Milliseconds
from limen.storage.tables import metadata

KEPT_FOR: Final[Milliseconds] = HOUR
"""Longer than any answer of an issuer is taken after it was issued."""

Named: TypeAlias = tuple[str, str, str]
"""Whose word it is: the issuer, `ACCOUNT` or `SESSION`, and its name there."""
ACCOUNT: Final = "account"
SESSION: Final = "session"

ended_elsewhere = Table(
    "ended_elsewhere",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("counts_after", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)


def named(issuer: str, subject: str, sid: str) -> list[Named]:
    """What can be meant by these names; "" is none."""
    return [(issuer, kind, name) for kind, name in ((ACCOUNT, subject), (SESSION, sid)) if name]


def keep(connection: Connection, one: Named, said_by: Instant, now: Instant) -> None:
    """What this issuer said until then counts for nothing; an instant that was kept before goes only forward."""
    digest, until = _digest(one), max(now, said_by) + KEPT_FOR
    newest = max(said_by, said_until(connection, [one]))
    connection.execute(delete(ended_elsewhere).where(ended_elsewhere.c.digest == digest))
    connection.execute(insert(ended_elsewhere).values(digest=digest, counts_after=newest, until=until))


def said_until(connection: Connection, every: Iterable[Named]) -> Instant:
    """Until when the word of any of these counts for nothing; 0 where all of it counts."""
    digests = [_digest(one) for one in every]
    query = select(func.max(ended_elsewhere.c.counts_after)).where(ended_elsewhere.c.digest.in_(digests))
    return int(connection.scalar(query) or 0)


def forget(connection: Connection, now: Instant) -> None:
    connection.execute(delete(ended_elsewhere).where(ended_elsewhere.c.until <= now))


def _digest(one: Named) -> bytes:
    return sha256("\0".join(one).encode("utf-8", "surrogatepass")).digest()
