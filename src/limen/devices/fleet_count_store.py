"""How many devices were healthy, hour by hour: a row each, kept for a quarter of a year. No device and nobody is named.

Every worker counts the same devices, so whoever writes an hour last writes what the others did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table, delete, insert, select

from limen.clock import DAY, HOUR, Instant
from limen.devices.compliance import COMPLIANT, NON_COMPLIANT
from limen.storage import Snapshot, Transaction
from limen.storage.tables import metadata

device_counts = Table(
    "device_counts",
    metadata,
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("healthy", Integer, nullable=False),
    Column("not_healthy", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
)
KEPT: Final = 92 * DAY


@dataclass(frozen=True, slots=True)
class FleetCount:
    """The devices in use in the hour that began at this instant, by what decisions knew of their health last."""

    hour: Instant
    healthy: int = 0
    not_healthy: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.healthy + self.not_healthy + self.unknown


def counted(compliance: Iterable[str], now: Instant) -> FleetCount:
    """The count of this hour, of devices whose health is this."""
    found = Counter(compliance)
    healthy, not_healthy = found[COMPLIANT], found[NON_COMPLIANT]
    return FleetCount(now - now % HOUR, healthy, not_healthy, found.total() - healthy - not_healthy)


def keep(transaction: Transaction, count: FleetCount) -> None:
    """In place of what was counted of the same hour; and what is too old goes."""
    connection, hour = transaction.connection, device_counts.c.hour
    connection.execute(delete(device_counts).where((hour == count.hour) | (hour < count.hour - KEPT)))
    values = {"healthy": count.healthy, "not_healthy": count.not_healthy, "unknown": count.unknown}
    connection.execute(insert(device_counts).values(hour=count.hour, **values))


def since(snapshot: Snapshot, instant: Instant) -> list[FleetCount]:
    """Every hour from then on, in order; one in which nothing ran is not there."""
    query = select(device_counts).where(device_counts.c.hour >= instant).order_by(device_counts.c.hour)
    return [FleetCount(*row) for row in snapshot.connection.execute(query)]


def by_day(counts: Iterable[FleetCount], zone: tzinfo) -> dict[str, FleetCount]:
    """The last count of each day, by its date in this time zone."""
    return {datetime.fromtimestamp(one.hour / 1000, zone).date().isoformat(): one for one in counts}
