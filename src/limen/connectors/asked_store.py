"""Services that Limen asks, in the database: the secret there, how it goes, and who asks at this moment.

Each part has a table of its own for them. It begins with `columns()`; what else the part keeps of a service may follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update as updated,
)

from limen.clock import Instant, Milliseconds
from limen.storage import Keyring

LONGEST_ERROR: Final = 300
_EMPTY: Final = {
    "meant_for": "",
    "busy_until": 0,
    "tried_at": 0,
    "done_at": 0,
    "error": "",
    "progress": 0,
    "failures": 0,
}


def columns() -> tuple[Column[Any], ...]:
    """What is kept of each. `sealed` is Limen's secret there, for the address `meant_for` and no other."""
    return (
        Column("name", String(40), primary_key=True),
        Column("sealed", LargeBinary),
        Column("meant_for", String(500), nullable=False),
        Column("busy_until", BigInteger, nullable=False),
        Column("tried_at", BigInteger, nullable=False),
        Column("done_at", BigInteger, nullable=False),
        Column("error", String(LONGEST_ERROR), nullable=False),
        Column("progress", BigInteger, nullable=False),
        Column("failures", Integer, nullable=False, server_default="0"),
    )


@dataclass(frozen=True, slots=True)
class AskedState:
    """How it goes with a service: when it was last tried, and last done; what went wrong ("": nothing), and how often
    in a row; how much the turn that runs, or the last one, has brought so far.
    """

    name: str
    has_secret: bool = False
    busy_until: Instant = 0
    tried_at: Instant = 0
    done_at: Instant = 0
    error: str = ""
    progress: int = 0
    failures: int = 0


def state_of(row: Row[Any]) -> dict[str, Any]:
    """What a row says of `AskedState`, by its names."""
    told: dict[str, Any] = {name: getattr(row, name) for name in ("name", *_EMPTY) if name != "meant_for"}
    return {**told, "has_secret": row.sealed is not None}


@dataclass(frozen=True, slots=True)
class AskedStore:
    """The services of one table."""

    table: Table = field(repr=False)

    def states(self, connection: Connection) -> dict[str, AskedState]:
        """By their names."""
        return {row.name: AskedState(**state_of(row)) for row in connection.execute(select(self.table))}

    def begin(self, connection: Connection, name: str, now: Instant, lasts_ms: Milliseconds) -> bool:
        """Whether the service is to be asked by whoever calls, and nobody else for so long."""
        self.ensure(connection, name)
        values = {"busy_until": now + lasts_ms, "tried_at": now, "progress": 0}
        where = (self.table.c.name == name, self.table.c.busy_until <= now)
        return bool(connection.execute(updated(self.table).where(*where).values(values)).rowcount)

    def went_on(self, connection: Connection, name: str, progress: int, until: Instant) -> None:
        self._set(connection, name, {"progress": progress, "busy_until": until})

    def ended(self, connection: Connection, name: str, now: Instant, error: str = "") -> None:
        """The turn is over, or something came by itself; "": as it should."""
        self.ensure(connection, name)
        values: dict[str, object] = {"busy_until": 0, "tried_at": now, "error": error[:LONGEST_ERROR]}
        values |= {"failures": self.table.c.failures + 1} if error else {"failures": 0, "done_at": now}
        self._set(connection, name, values)

    def keep_secret(self, connection: Connection, keyring: Keyring, name: str, place: str, secret: str) -> None:
        """From now on this is Limen's secret at this service and place; it is asked at the next turn."""
        self.ensure(connection, name)
        sealed = keyring.seal(self.table.name, name, "sealed", secret.encode())
        begun = {"error": "", "tried_at": 0, "failures": 0}
        self._set(connection, name, {"sealed": sealed, "meant_for": place, **begun})

    def secret_of(self, connection: Connection, keyring: Keyring, name: str, place: str) -> str:
        """Limen's secret at the service; "" where none was given for this place."""
        where = (self.table.c.name == name, self.table.c.meant_for == place)
        sealed = connection.scalar(select(self.table.c.sealed).where(*where))
        return keyring.open_sealed(self.table.name, name, "sealed", sealed).decode() if sealed else ""

    def ask_soon(self, connection: Connection, name: str) -> None:
        """The service is asked at the next turn."""
        self.ensure(connection, name)
        self._set(connection, name, {"tried_at": 0})

    def forget(self, connection: Connection, name: str) -> None:
        connection.execute(delete(self.table).where(self.table.c.name == name))

    def ensure(self, connection: Connection, name: str) -> None:
        if connection.scalar(select(self.table.c.name).where(self.table.c.name == name)) is None:
            connection.execute(insert(self.table).values(name=name, **_EMPTY))

    def _set(self, connection: Connection, name: str, values: Mapping[str, object]) -> None:
        connection.execute(updated(self.table).where(self.table.c.name == name).values(values))
