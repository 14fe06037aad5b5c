"""How many devices are healthy, hour by hour, on both engines."""

from __future__ import annotations

from datetime import UTC

import pytest
from tests.devices.laptops import agent, devices_of, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY, HOUR
from limen.devices import fleet_count_store
from limen.devices.fleet_count_store import KEPT, FleetCount, by_day, counted
from limen.devices.model import State
from limen.storage import Database

__all__ = ["agent", "harbor", "ida", "laptop"]
NOW = 1_795_000_000_000
NOON = NOW - NOW % HOUR


def test_what_is_neither_healthy_nor_not_is_unknown() -> None:
    count = counted(["compliant", "compliant", "non_compliant", "unknown", ""], NOW)
    assert count == FleetCount(NOON, 2, 1, 2)
    assert (count.total, counted([], NOW).total) == (5, 0)


def test_an_hour_is_kept_once_and_not_for_ever(where: str) -> None:
    database = Database.open(where)
    for count in (FleetCount(NOON, 1), FleetCount(NOON, 2), FleetCount(NOON + HOUR, 3)):
        database.write(lambda t, count=count: fleet_count_store.keep(t, count))
    read = database.read(lambda snapshot: fleet_count_store.since(snapshot, NOON))
    assert read == [FleetCount(NOON, 2), FleetCount(NOON + HOUR, 3)]
    assert database.read(lambda snapshot: fleet_count_store.since(snapshot, NOON + 1)) == read[1:]
    later = FleetCount(NOON + HOUR + KEPT, 4)
    database.write(lambda t: fleet_count_store.keep(t, later))
    assert database.read(lambda snapshot: fleet_count_store.since(snapshot, 0)) == [*read[1:], later]
    database.close()


def test_a_day_is_its_last_hour() -> None:
    counts = [FleetCount(NOON, 1), FleetCount(NOON + HOUR, 2), FleetCount(NOON + DAY, 3)]
    assert list(by_day(counts, UTC).values()) == counts[1:]


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST])
async def test_what_is_in_use_is_counted_as_decisions_know_it(
    harbor: House, laptop: SoftwareAgent, state: State
) -> None:
    devices = devices_of(harbor)
    await devices.count()
    await laptop.report(firewall={"enabled": False}, updates={"pending": 1, "security": 0, "lists_age_days": 90})
    harbor.clock.forward(HOUR)
    await devices.count()
    await laptop.report()
    harbor.clock.forward(HOUR)
    await laptop.report()
    await devices.count()
    await devices.change(laptop.device, state, by="server")
    harbor.clock.forward(HOUR)
    await devices.count()
    found = [(one.healthy, one.not_healthy, one.unknown) for one in await devices.counts(0)]
    last = [(0, 0, 1)] if state is State.QUARANTINED else []  # what is lost is not in use
    assert found == [(1, 0, 0), (0, 0, 1), (1, 0, 0), *last]
