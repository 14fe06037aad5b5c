"""The browsers that people signed in with. All SQL of the inventory stands here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, delete, insert, select, update

from limen.clock import Instant
from limen.devices.inventory.model import SeenBrowser
from limen.storage.tables import metadata, rows_called

seen_browsers = Table(
    "seen_browsers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("browser", String(20), nullable=False),
    Column("system", String(20), nullable=False),
    Column("device_id", String(40), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    info=rows_called("browser that was seen", "browsers that were seen"),
)
"""`id` stands for the browser's long-lived cookie and the person, and opens nothing. `device_id`: the enrolled device
that it proved to sit on last; "" where it never did.
"""
TABLES: Final = (seen_browsers,)


def keep(connection: Connection, seen: Iterable[SeenBrowser]) -> None:
    """Take over what was seen. A device that was proved once stays known."""
    for one in seen:
        values = {"browser": one.browser, "system": one.system, "last_at": one.last_at}
        if one.device_id:
            values["device_id"] = one.device_id
        where = seen_browsers.c.id == one.id
        if not connection.execute(update(seen_browsers).where(where).values(values)).rowcount:
            new = {"id": one.id, "person_id": one.person_id, "first_at": one.first_at, "device_id": one.device_id}
            connection.execute(insert(seen_browsers).values({**values, **new}))


def every(connection: Connection) -> list[SeenBrowser]:
    """The one that was seen last first."""
    query = select(seen_browsers).order_by(seen_browsers.c.last_at.desc(), seen_browsers.c.id)
    return [SeenBrowser(**row) for row in connection.execute(query).mappings()]


def forget(connection: Connection, before: Instant) -> int:
    """Drop those that were not seen since then; how many."""
    return int(connection.execute(delete(seen_browsers).where(seen_browsers.c.last_at < before)).rowcount)
