"""How far walks through stores came, in the database: where each goes on, and what the store proves of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Connection, Row, String, Table, Text, select, update

from limen.clock import Instant
from limen.connectors.asked_store import AskedState, AskedStore, columns, state_of
from limen.data.inventory.kept_items import remove_unseen
from limen.data.inventory.model import Evidence
from limen.storage.tables import metadata

data_stores = Table(
    "data_stores",
    metadata,
    *columns(),
    Column("cursor", Text, nullable=False, server_default=""),
    Column("walk", BigInteger, nullable=False, server_default="0"),
    Column("is_walking", Boolean, nullable=False, server_default="0"),
    Column("is_whole", Boolean, nullable=False, server_default="0"),
    Column("whole_at", BigInteger, nullable=False, server_default="0"),
    Column("walked_where", String(500), nullable=False, server_default=""),
    Column("seen", BigInteger, nullable=False, server_default="0"),
    Column("whole", BigInteger, nullable=False, server_default="0"),
    Column("missed", BigInteger, nullable=False, server_default="0"),
    Column("rules_mark", String(64), nullable=False, server_default=""),
    Column("rules_at", BigInteger, nullable=False, server_default="0"),
    Column("evidence", Text, nullable=False, server_default="{}"),
)
"""How it goes with each store. `walk` counts walks; one that `is_whole` goes through everything, and what it did not
come by is gone. `seen` of about `whole` items (0: unknown) were come by in it so far. `rules_mark` are the rules by
which items are looked into since `rules_at`.
"""
TABLES: Final = (data_stores,)
ASKED: Final = AskedStore(data_stores)


@dataclass(frozen=True, slots=True)
class StoreState:
    """How far the inventory of a store is. `whole_at`: when everything in it was last gone through; 0 never."""

    asked: AskedState
    cursor: str = ""
    walk: int = 0
    is_walking: bool = False
    is_whole: bool = False
    whole_at: Instant = 0
    walked_where: str = ""
    seen: int = 0
    whole: int = 0
    missed: int = 0
    rules_mark: str = ""
    rules_at: Instant = 0
    evidence: Evidence = field(default_factory=Evidence)


def states(connection: Connection) -> dict[str, StoreState]:
    """By the names of the stores."""
    return {row.name: _state(row) for row in connection.execute(select(data_stores))}


def state_of_store(connection: Connection, store: str) -> StoreState:
    row = connection.execute(select(data_stores).where(data_stores.c.name == store)).one_or_none()
    return _state(row) if row is not None else StoreState(AskedState(store))


def begin_walk(
    connection: Connection, store: str, where: str, rules_mark: str, now: Instant, *, anew: bool = False
) -> StoreState:
    """The walk that is under way, or a new one: through everything `anew`, at another place, or by other rules."""
    ASKED.ensure(connection, store)
    state = state_of_store(connection, store)
    are_other_rules = state.rules_mark != rules_mark
    anew = anew or are_other_rules or state.walked_where != where
    if state.is_walking and not anew:
        return state
    cursor = "" if anew else state.cursor
    values = {"walk": state.walk + 1, "is_walking": True, "is_whole": cursor == "", "cursor": cursor}
    values |= {"walked_where": where, "seen": 0, "whole": 0, "missed": 0, "rules_mark": rules_mark}
    if are_other_rules:
        values["rules_at"] = now
    connection.execute(update(data_stores).where(data_stores.c.name == store).values(values))
    return state_of_store(connection, store)


def go_on(connection: Connection, state: StoreState, cursor: str, seen: int, whole: int, missed: int) -> None:
    values: dict[str, Any] = {"cursor": cursor, "seen": data_stores.c.seen + seen}
    values["missed"] = data_stores.c.missed + missed
    if whole:
        values["whole"] = whole
    connection.execute(update(data_stores).where(data_stores.c.name == state.asked.name).values(values))


def end_walk(connection: Connection, state: StoreState, now: Instant) -> int:
    """The walk came to its end. Returns how many items it did not come by, which are gone."""
    store = state.asked.name
    values: dict[str, Any] = {"is_walking": False}
    if state.is_whole:
        values["whole_at"] = now
    connection.execute(update(data_stores).where(data_stores.c.name == store).values(values))
    if not state.is_whole:
        return 0
    return remove_unseen(connection, store, state.walk)


def keep_evidence(connection: Connection, store: str, evidence: Evidence) -> None:
    told = {
        "is_encrypted": evidence.is_encrypted,
        "encrypted_by": evidence.encrypted_by,
        "is_transit_encrypted": evidence.is_transit_encrypted,
    }
    connection.execute(update(data_stores).where(data_stores.c.name == store).values(evidence=json.dumps(told)))


def forget(connection: Connection, store: str) -> None:
    """Drop all that is known of a store, and its secret."""
    remove_unseen(connection, store)
    ASKED.forget(connection, store)


# Inside


def _state(row: Row[Any]) -> StoreState:
    told = json.loads(row.evidence)
    return StoreState(
        asked=AskedState(**state_of(row)),
        cursor=row.cursor,
        walk=row.walk,
        is_walking=row.is_walking,
        is_whole=row.is_whole,
        whole_at=row.whole_at,
        walked_where=row.walked_where,
        seen=row.seen,
        whole=row.whole,
        missed=row.missed,
        rules_mark=row.rules_mark,
        rules_at=row.rules_at,
        evidence=Evidence(**told),
    )
