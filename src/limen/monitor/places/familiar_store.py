"""From where each person signed in. All SQL of places stands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, and_, delete, insert, select, update

from limen.clock import Instant
from limen.storage.tables import metadata, rows_called

familiar_places = Table(
    "familiar_places",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("network", String(60), primary_key=True),
    Column("owner_name", String(80), nullable=False),
    Column("city", String(80), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    info=rows_called("place somebody signed in from", "places somebody signed in from"),
)
"""`owner` is the AS number of the network, 0 where it is not known; `network` one of the company's own. `city` is that
of the last time.
"""
TABLES: Final = (familiar_places,)
_C: Final = familiar_places.c


@dataclass(frozen=True, slots=True)
class FamiliarPlace:
    """Where a person was, through which network, since when, and when last."""

    person_id: str
    country: str
    owner: int
    network: str
    owner_name: str
    city: str
    first_at: Instant
    last_at: Instant


def keep(connection: Connection, seen: Iterable[FamiliarPlace], most: int) -> None:
    """Take over what was seen; of each person no more than so many, the latest."""
    people = set()
    for one in seen:
        same = and_(
            _C.person_id == one.person_id,
            _C.country == one.country,
            _C.owner == one.owner,
            _C.network == one.network,
        )
        values = {"owner_name": one.owner_name, "city": one.city, "last_at": one.last_at}
        if not connection.execute(update(familiar_places).where(same).values(values)).rowcount:
            key = {"person_id": one.person_id, "country": one.country, "owner": one.owner, "network": one.network}
            connection.execute(insert(familiar_places).values({**key, **values, "first_at": one.first_at}))
            people.add(one.person_id)
    for person_id in people:
        _drop_beyond(connection, person_id, most)


def of_person(connection: Connection, person_id: str) -> list[FamiliarPlace]:
    """The one that was seen last first."""
    query = select(familiar_places).where(_C.person_id == person_id).order_by(_C.last_at.desc(), _C.country, _C.owner)
    return [FamiliarPlace(**row) for row in connection.execute(query).mappings()]


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that were not seen since then; how many."""
    return int(connection.execute(delete(familiar_places).where(_C.last_at < before)).rowcount)


def _drop_beyond(connection: Connection, person_id: str, most: int) -> None:
    for one in of_person(connection, person_id)[most:]:
        connection.execute(
            delete(familiar_places).where(
                _C.person_id == person_id, _C.country == one.country, _C.owner == one.owner, _C.network == one.network
            )
        )
