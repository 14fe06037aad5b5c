"""Why accounts are suspended: several may have suspended one, and it is active again when none of them holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select

from limen.clock import Instant
from limen.identity.store.tables import suspensions
from limen.storage.rows import inserted, value_of

LONGEST_MARK: Final = 80


@dataclass(frozen=True, slots=True)
class Suspension:
    """`mark` says who holds it, and is theirs alone to take back: a kind, and behind a space whose it is."""

    mark: str
    at: Instant

    @property
    def kind(self) -> str:
        return self.mark.partition(" ")[0]

    @property
    def whose(self) -> str:
        return self.mark.partition(" ")[2]


def add(connection: Connection, person_id: str, mark: str, now: Instant) -> bool:
    """False where it held before."""
    return inserted(connection, suspensions, {"person_id": person_id, "mark": mark[:LONGEST_MARK], "at": now})


def remove(connection: Connection, person_id: str, mark: str) -> bool:
    """False where it did not hold."""
    held = suspensions.c.person_id == person_id, suspensions.c.mark == mark[:LONGEST_MARK]
    return connection.execute(delete(suspensions).where(*held)).rowcount == 1


def of(connection: Connection, person_id: str) -> list[Suspension]:
    """The oldest first."""
    query = select(suspensions).where(suspensions.c.person_id == person_id)
    rows = connection.execute(query.order_by(suspensions.c.at, suspensions.c.mark))
    return [value_of(Suspension, row) for row in rows]


def forget(connection: Connection, person_id: str) -> None:
    connection.execute(delete(suspensions).where(suspensions.c.person_id == person_id))
