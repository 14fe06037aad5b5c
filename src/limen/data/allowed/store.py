"""Values that are allowed. All SQL of them stands here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select

from limen.clock import Instant
from limen.storage.tables import metadata, rows_called

data_allowed_values = Table(
    "data_allowed_values",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("detector", String(40), nullable=False),
    Column("value_digest", String(16), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("why", String(200), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("added_by", String(40), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    info=rows_called("value that may pass", "values that may pass"),
)
"""`person_id` is "" where it is allowed for everybody."""
TABLES: Final = (data_allowed_values,)
_C: Final = data_allowed_values.c


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """A value that this detector finds may pass: for one person, or ("") for everybody; until then.

    `value_digest` is its keyed digest in hexadecimal. The value itself is kept nowhere.
    """

    id: str
    detector: str
    value_digest: str
    person_id: str
    why: str
    until: Instant
    added_by: str
    added_at: Instant


def add(connection: Connection, allowed: AllowedValue) -> None:
    connection.execute(
        insert(data_allowed_values).values({name: getattr(allowed, name) for name in AllowedValue.__slots__})
    )


def every(connection: Connection, now: Instant) -> list[AllowedValue]:
    """Those that are not over, in the order in which they end."""
    query = select(data_allowed_values).where(_C.until > now).order_by(_C.until, _C.id)
    return [AllowedValue(**row) for row in connection.execute(query).mappings()]


def for_everybody(connection: Connection, now: Instant) -> set[tuple[str, bytes]]:
    """What counts for nobody now: detectors, each with a value's digest."""
    every_one = every(connection, now)
    return {(one.detector, bytes.fromhex(one.value_digest)) for one in every_one if not one.person_id}


def remove(connection: Connection, ids: Collection[str]) -> int:
    """How many there were."""
    return int(connection.execute(delete(data_allowed_values).where(_C.id.in_(list(ids)))).rowcount)


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that were over then; how many."""
    return int(connection.execute(delete(data_allowed_values).where(_C.until < before)).rowcount)
