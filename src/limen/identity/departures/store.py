"""Departures and what each surface said of them. Callers hold the transaction.

They name people by their opaque ids alone, and stay when somebody is erased: a report without a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
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
    delete,
    select,
    update,
)

from limen.clock import Instant
from limen.identity.departures.model import Closed, Departure, State, Surface, Why
from limen.storage.rows import value_of
from limen.storage.tables import metadata

LONGEST_SAID: Final = 500
LONGEST_WHY: Final = 500
LONGEST_GROUPS: Final = 2_000
MOST_LISTED: Final = 2_000

departures = Table(
    "departures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("why", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String(40), nullable=False),
    Column("source", String(80), nullable=False),
    Column("groups_left", String(LONGEST_GROUPS), nullable=False),
    Column("groups_joined", String(LONGEST_GROUPS), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("alerted_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("closed", String(20), nullable=False),
    Column("closed_by", String(40), nullable=False),
    Column("closed_why", String(LONGEST_WHY), nullable=False),
)
"""`person` is not called `person_id`: the report stays when somebody is erased."""
Index("ix_departures_closed_at", departures.c.closed_at)

departure_surfaces = Table(
    "departure_surfaces",
    metadata,
    Column("departure", String(40), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("worker", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("ended", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("said", String(LONGEST_SAID), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Column("is_beyond", Boolean, nullable=False),
)
TABLES: Final = (departures, departure_surfaces)


def add(connection: Connection, one: Departure, ended: Iterable[tuple[str, int]]) -> None:
    """A departure begins, with how many of each kind ended at once. One of theirs that is open is closed by it."""
    close(connection, one.at, Closed.AGAIN, person=one.person)
    _insert(connection, one)
    put(connection, [Surface(departure=one.id, name=name, ended=count) for name, count in ended])


def add_move(connection: Connection, one: Departure, ended: Iterable[tuple[str, int]]) -> None:
    """What a change of groups has narrowed; a departure of theirs that is open goes on."""
    _insert(connection, one)
    answers = [
        Surface(departure=one.id, name=name, state=State.PROVED, ended=count, asked_at=one.at, proved_at=one.at)
        for name, count in ended
    ]
    put(connection, answers)


def put(connection: Connection, several: Iterable[Surface]) -> None:
    """Keep what these surfaces say, in place of what they said before."""
    for one in several:
        key = (one.departure, one.name, one.worker)
        names = (departure_surfaces.c.departure, departure_surfaces.c.name, departure_surfaces.c.worker)
        which = [column == value for column, value in zip(names, key, strict=True)]
        row = _row(one) | {"said": one.said[:LONGEST_SAID]}
        if not connection.execute(update(departure_surfaces).where(*which).values(row)).rowcount:
            connection.execute(departure_surfaces.insert().values(row))


def by_id(connection: Connection, departure_id: str) -> Departure | None:
    row = connection.execute(select(departures).where(departures.c.id == departure_id)).first()
    return _departure(row) if row else None


def newest_of(connection: Connection, person_id: str) -> Departure | None:
    """The last one of this person."""
    query = select(departures).where(departures.c.person == person_id).order_by(departures.c.at.desc()).limit(1)
    row = connection.execute(query).first()
    return _departure(row) if row else None


def still_open(connection: Connection) -> list[Departure]:
    """Those that are not closed, the oldest first."""
    query = select(departures).where(departures.c.closed_at == 0).order_by(departures.c.at, departures.c.id)
    return [_departure(row) for row in connection.execute(query)]


def all_of(connection: Connection, most: int = MOST_LISTED) -> list[Departure]:
    """Those that are open first, then the others; the newest of each first."""
    is_closed = (departures.c.closed_at > 0).label("is_closed")
    query = select(departures).order_by(is_closed, departures.c.at.desc(), departures.c.id).limit(most)
    return [_departure(row) for row in connection.execute(query)]


def surfaces_of(connection: Connection, *departure_ids: str) -> dict[str, list[Surface]]:
    """What each surface of these said, to each worker that asked, by the departure; those of the registry first."""
    table = departure_surfaces
    found: dict[str, list[Surface]] = {one: [] for one in departure_ids}
    for at in range(0, len(departure_ids), 500):
        query = select(table).where(table.c.departure.in_(departure_ids[at : at + 500]))
        for row in connection.execute(query.order_by(table.c.is_beyond, table.c.name, table.c.worker)):
            found[row.departure].append(value_of(Surface, row, state=State(row.state)))
    return found


def forget_workers(connection: Connection, departure_id: str, there: Iterable[str]) -> None:
    """What workers said that are none of these any more: their memory is gone with them."""
    table = departure_surfaces
    gone = (table.c.departure == departure_id, table.c.worker != "", table.c.worker.not_in(sorted(there)))
    connection.execute(delete(table).where(*gone))


def asked(connection: Connection, departure_id: str, now: Instant) -> None:
    connection.execute(update(departures).where(departures.c.id == departure_id).values(asked_at=now))


def alerted(connection: Connection, departure_id: str, now: Instant) -> bool:
    """Whether nobody was alerted of it before."""
    where = (departures.c.id == departure_id, departures.c.alerted_at == 0, departures.c.closed_at == 0)
    return bool(connection.execute(update(departures).where(*where).values(alerted_at=now)).rowcount)


def close(
    connection: Connection,
    now: Instant,
    how: Closed,
    *,
    departure_id: str = "",
    person: str = "",
    by: str = "",
    why: str = "",
) -> int:
    """Close this departure, or those of this person, that are open; how many."""
    whose = departures.c.id == departure_id if departure_id else departures.c.person == person
    values = {"closed_at": now, "closed": how, "closed_by": by, "closed_why": why[:LONGEST_WHY]}
    where = (whose, departures.c.closed_at == 0)
    return int(connection.execute(update(departures).where(*where).values(values)).rowcount)


def forget_words(connection: Connection, person_id: str) -> None:
    """Of somebody who is erased nothing stays that a person wrote."""
    connection.execute(update(departures).where(departures.c.person == person_id).values(closed_why=""))


def forget(connection: Connection, before: Instant) -> int:
    """Forget departures that were closed before an instant. Returns how many."""
    over = (departures.c.closed_at > 0, departures.c.closed_at < before)
    ids = select(departures.c.id).where(*over)
    connection.execute(delete(departure_surfaces).where(departure_surfaces.c.departure.in_(ids)))
    return int(connection.execute(delete(departures).where(*over)).rowcount)


def _insert(connection: Connection, one: Departure) -> None:
    groups = {"groups_left": _words(one.groups_left), "groups_joined": _words(one.groups_joined)}
    connection.execute(departures.insert().values(_row(one) | groups))


def _words(groups: frozenset[str]) -> str:
    """Groups with a space between, as many of them as there is room for."""
    kept = ""
    for group in sorted(groups):
        if len(kept) + len(group) < LONGEST_GROUPS:
            kept = f"{kept} {group}"
    return kept.strip()


def _row(one: Departure | Surface) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _departure(row: Row[Any]) -> Departure:
    left, joined = (frozenset(one.split()) for one in (row.groups_left, row.groups_joined))
    return value_of(Departure, row, why=Why(row.why), groups_left=left, groups_joined=joined)
