"""Counts of who connected to what, by day. All SQL of learning stands here.

Addresses of a company's network are often somebody's, so rows are forgotten after 90 days; those that name a person
are copied out and erased with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    CursorResult,
    Integer,
    SmallInteger,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from limen.clock import DAY, Instant
from limen.network.learning.counting import ELSEWHERE, MOST_OF_ONE, Contact, Tally
from limen.network.packets import address_of
from limen.storage.tables import metadata, rows_called

KEPT_DAYS: Final = 90
MOST_ROWS: Final = 500_000
"""Beyond, the oldest days go first."""

network_observed_flows = Table(
    "network_observed_flows",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("source", String(45), primary_key=True),
    Column("destination", String(45), primary_key=True),
    Column("family", SmallInteger, primary_key=True, autoincrement=False),
    Column("protocol", SmallInteger, primary_key=True, autoincrement=False),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("person_id", String(40), primary_key=True),
    Column("device_id", String(40), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("answered", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    info=rows_called("day on which somebody's device used a service", "days on which somebody's devices used services"),
)
"""`day` is the number of days since the epoch. An address is "" where it is any of the internet's."""
TABLES: Final = (network_observed_flows,)
_C: Final = network_observed_flows.c
_KEY: Final = tuple(network_observed_flows.primary_key.columns.keys())
_SUMS: Final = ("count", "answered", "failed", "refused")


def keep(connection: Connection, tallies: Mapping[Contact, Tally]) -> int:
    """Add these to what is known; how many rows found no room. A source has no more than its share of each day."""
    beyond = 0
    of_day: dict[int, dict[tuple[Any, ...], Tally]] = defaultdict(dict)
    for contact, tally in tallies.items():
        of_day[contact.day][tuple(_row(contact).values())] = tally
    for day, its in of_day.items():
        known = {tuple(row) for row in connection.execute(select(*(_C[name] for name in _KEY)).where(_C.day == day))}
        taken: dict[tuple[Any, ...], int] = defaultdict(int)
        for row in known:
            taken[row[1], row[3]] += 1
        fresh = []
        for key, tally in its.items():
            if key in known:
                continue
            taken[key[1], key[3]] += 1
            if taken[key[1], key[3]] <= MOST_OF_ONE:
                fresh.append({**dict(zip(_KEY, key, strict=True)), **asdict(tally)})
            else:
                beyond += 1
        if fresh:
            connection.execute(insert(network_observed_flows), fresh)
        _add(connection, {key: tally for key, tally in its.items() if key in known})
    _drop_beyond(connection)
    return beyond


def since(connection: Connection, begin: Instant) -> dict[Contact, Tally]:
    """All that was seen from that day on."""
    return _tallies(connection.execute(select(network_observed_flows).where(begin // DAY <= _C.day)))


def refused_to(connection: Connection, person_id: str, begin: Instant) -> dict[Contact, Tally]:
    """What firewalls refused to somebody's devices from that day on."""
    where = (begin // DAY <= _C.day, _C.person_id == person_id, _C.refused > 0)
    return _tallies(connection.execute(select(network_observed_flows).where(*where)))


def forget(connection: Connection, before: Instant) -> int:
    """Drop the days before; how many rows."""
    return int(connection.execute(delete(network_observed_flows).where(before // DAY > _C.day)).rowcount)


def _add(connection: Connection, tallies: Mapping[tuple[Any, ...], Tally]) -> None:
    if not tallies:
        return
    same = [_C[name] == bindparam(f"its_{name}") for name in _KEY]
    sums = {name: _C[name] + bindparam(f"more_{name}") for name in _SUMS}
    later = func.max if connection.dialect.name == "sqlite" else func.greatest
    sooner = func.min if connection.dialect.name == "sqlite" else func.least
    ends = {
        "first_at": sooner(_C.first_at, bindparam("more_first_at")),
        "last_at": later(_C.last_at, bindparam("more_last_at")),
    }
    rows = [
        {
            **{f"its_{name}": value for name, value in zip(_KEY, key, strict=True)},
            **{f"more_{name}": value for name, value in asdict(tally).items()},
        }
        for key, tally in tallies.items()
    ]
    connection.execute(update(network_observed_flows).where(*same).values({**sums, **ends}), rows)


def _drop_beyond(connection: Connection) -> None:
    """The newest day stays whole: what is seen now is what counts."""
    counted = select(_C.day, func.count()).group_by(_C.day).order_by(_C.day.desc())
    total = 0
    for place, (day, count) in enumerate(connection.execute(counted).all()):
        total += count
        if place and total > MOST_ROWS:
            connection.execute(delete(network_observed_flows).where(day >= _C.day))
            return


def _row(contact: Contact) -> dict[str, Any]:
    row = contact._asdict() | {
        "source": _written(contact.family, contact.source),
        "destination": _written(contact.family, contact.destination),
    }
    return {name: row[name] for name in _KEY}


def _contact(row: Any) -> Contact:
    return Contact(
        **{name: row[name] for name in _KEY}
        | {name: _number(row["family"], row[name]) for name in ("source", "destination")}
    )


def _tallies(rows: CursorResult[Any]) -> dict[Contact, Tally]:
    return {_contact(row): Tally(**{name: row[name] for name in (*_SUMS, "first_at", "last_at")})
            for row in rows.mappings()}  # fmt: skip


def _written(family: int, address: int) -> str:
    return "" if address == ELSEWHERE else str(address_of(family, address))


def _number(family: int, text: str) -> int:
    return int(type(address_of(family, 0))(text)) if text else ELSEWHERE
