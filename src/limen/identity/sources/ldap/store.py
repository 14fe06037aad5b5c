"""Directories that people come from, in the database: Limen's secret there, and how the last reading went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, String, Table, Text, select, update as updated

from limen.clock import Instant, Milliseconds
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.storage.tables import metadata, rows_called

LONGEST_UNIT: Final = 1_000

ldap_sources = Table(
    "ldap_sources",
    metadata,
    *columns(),
    Column("whole_at", BigInteger, nullable=False, server_default="0"),
    Column("took_ms", BigInteger, nullable=False, server_default="0"),
    Column("people", Integer, nullable=False, server_default="0"),
    Column("nameless", Integer, nullable=False, server_default="0"),
    Column("referrals", Integer, nullable=False, server_default="0"),
    Column("is_active_directory", Boolean, nullable=False, server_default="0"),
    Column("units", Text, nullable=False, server_default="[]"),
    Column("lost_unit", String(LONGEST_UNIT), nullable=False, server_default=""),
    info=rows_called("directory that people come from", "directories that people come from"),
)
ASKED: Final = AskedStore(ldap_sources)


@dataclass(frozen=True, slots=True)
class WholeReading:
    """The last time that everybody was read: when (0: never), and how long it took; how many people there were, and how
    many accounts without an ID that lasts, and referrals to other servers. `units` are the entries below which people
    were; `lost_unit` is one that had vanished.
    """

    at: Instant = 0
    took_ms: Milliseconds = 0
    people: int = 0
    nameless: int = 0
    referrals: int = 0
    is_active_directory: bool = False
    units: tuple[str, ...] = ()
    lost_unit: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """How it goes with one directory: each asking, and the last whole reading."""

    asked: AskedState
    whole: WholeReading


def states(connection: Connection) -> dict[str, DirectoryState]:
    """By the ids of their sources."""
    found = {}
    for row in connection.execute(select(ldap_sources)):
        whole = WholeReading(
            at=row.whole_at,
            took_ms=row.took_ms,
            people=row.people,
            nameless=row.nameless,
            referrals=row.referrals,
            is_active_directory=row.is_active_directory,
            units=tuple(msgspec.json.decode(row.units, type=list[str])),
            lost_unit=row.lost_unit,
        )
        found[row.name] = DirectoryState(AskedState(**state_of(row)), whole)
    return found


def was_read(connection: Connection, source: str, whole: WholeReading) -> None:
    """Keep how everybody was read."""
    values = {
        "whole_at": whole.at,
        "took_ms": whole.took_ms,
        "people": whole.people,
        "nameless": whole.nameless,
        "referrals": whole.referrals,
        "is_active_directory": whole.is_active_directory,
        "units": msgspec.json.encode(_kept(whole.units)).decode(),
        "lost_unit": whole.lost_unit[:LONGEST_UNIT],
    }
    connection.execute(updated(ldap_sources).where(ldap_sources.c.name == source).values(values))


def read_soon(connection: Connection, source: str) -> None:
    """Everybody is read at the next turn."""
    ASKED.ask_soon(connection, source)
    connection.execute(updated(ldap_sources).where(ldap_sources.c.name == source).values(whole_at=0))


def _kept(units: Iterable[str]) -> list[str]:
    return sorted(unit for unit in units if len(unit) <= LONGEST_UNIT)
