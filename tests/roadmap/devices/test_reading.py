"""The evidence of devices as it is read from a Limen at work: its database, its journal, its company."""

from __future__ import annotations

from dataclasses import replace

from tests.devices.laptops import Ida, agent, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.devices.test_binding import asked
from tests.web.conftest import House

from limen.clock import DAY
from limen.devices.inventory.watching import SeenDevices
from limen.identity.store import people
from limen.roadmap.catalogue import BY_ID
from limen.roadmap.counted.reading import Counted, counted
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.devices.controls import CONTROLS
from limen.roadmap.devices.reading import device_evidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.model import Grade

__all__ = ["agent", "harbor", "ida", "laptop"]


async def evidence_of(house: House, days: int = 0) -> Evidence:
    """As it is read, after so many days."""
    await house.limen.core.offers.take(SeenDevices).write()
    await house.limen.journal.settled()
    house.limen.journal.flush()
    sources = RoadmapJob(house.limen.core).sources(house.clock.now() + days * DAY)
    members = tuple(sources.database.read(lambda snapshot: people.members(snapshot.connection)))
    found = counted(sources.reader, sources.now, Shelf(sources.database))
    read = replace(device_evidence(sources, found, members, lambda: None), used_at={})
    return Evidence(at=sources.now, company=sources.company, members=members, devices=read)


async def test_a_healthy_laptop_is_known_once_its_browser_proved_it(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    before = await evidence_of(harbor)
    assert not BY_ID["D1"].measured(before).parts[0].is_met
    await ida.browser.send("/devices/prove", proof=laptop.proof(await asked(ida.browser)))
    after = await evidence_of(harbor)
    found = {one.id: one.measured(after) for one in CONTROLS}
    assert [found[one].parts[0].share for one in ("D1", "D2", "D3", "D4", "D5")] == [1.0] * 5
    assert [one.id for one in found["D1"].parts[0].rows] == [laptop.device]
    assert (found["D3"].is_met, found["D3"].grade) == (True, Grade.MEASURED)
    rested = await evidence_of(harbor, days=3)
    assert BY_ID["D3"].measured(rested).is_met
    too_long = await evidence_of(harbor, days=4)
    assert not BY_ID["D3"].measured(too_long).is_met
    assert BY_ID["D3"].measured(await evidence_of(harbor, days=31)).grade is Grade.UNKNOWN


async def test_before_anything_was_published_all_is_silent(harbor: House) -> None:
    sources = replace(RoadmapJob(harbor.limen.core).sources(harbor.clock.now()), company=None)
    found = device_evidence(sources, Counted(), (), lambda: None)
    assert (found.rules, found.past, found.unmatched) == (None, None, ())
    assert all(not one.measured(Evidence(at=sources.now, devices=found)).is_met for one in CONTROLS)
