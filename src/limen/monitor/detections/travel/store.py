"""Journeys that were announced. All SQL of travel stands here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select

from limen.clock import Instant
from limen.monitor.detections.travel.expected import ExpectedTravel
from limen.storage.tables import metadata, rows_called

expected_travels = Table(
    "expected_travels",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("place", String(80), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("added_by", String(40), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    info=rows_called("journey that was announced", "journeys that were announced"),
)
TABLES: Final = (expected_travels,)
_C: Final = expected_travels.c


def add(connection: Connection, travel: ExpectedTravel) -> None:
    connection.execute(
        insert(expected_travels).values({name: getattr(travel, name) for name in ExpectedTravel.__struct_fields__})
    )


def by_id(connection: Connection, travel_id: str) -> ExpectedTravel | None:
    row = connection.execute(select(expected_travels).where(_C.id == travel_id)).mappings().one_or_none()
    return ExpectedTravel(**row) if row is not None else None


def every(connection: Connection, now: Instant) -> list[ExpectedTravel]:
    """Those that are not over, in the order in which they begin."""
    query = select(expected_travels).where(_C.until > now).order_by(_C.since, _C.id)
    return [ExpectedTravel(**row) for row in connection.execute(query).mappings()]


def of_person(connection: Connection, person_id: str) -> list[ExpectedTravel]:
    """All that are kept of a person, also those that are over."""
    query = select(expected_travels).where(_C.person_id == person_id).order_by(_C.since, _C.id)
    return [ExpectedTravel(**row) for row in connection.execute(query).mappings()]


def remove(connection: Connection, travel_id: str) -> None:
    connection.execute(delete(expected_travels).where(_C.id == travel_id))


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that were over then; how many."""
    return int(connection.execute(delete(expected_travels).where(_C.until < before)).rowcount)
