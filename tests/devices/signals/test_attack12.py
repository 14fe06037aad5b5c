"""Findings of attack 12 about signals. Each test states what should hold; it failed when it was written."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.signals.sensors import agent, harbor, ida, laptop, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.devices.model import State

__all__ = ["agent", "harbor", "ida", "laptop"]


async def test_4_ending_a_signal_releases_no_device_whose_key_is_used_twice(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    strict = await sensor(harbor, "strict")
    await strict.tell("high")
    clone = new_agent(harbor, "198.51.100.9")
    clone.key, clone.device, clone.seq, clone.prev = laptop.key, laptop.device, laptop.seq, laptop.prev
    assert (await clone.report()).status_code == 200
    assert (await laptop.report()).json()["error"] == "replayed"
    assert harbor.events("device.cloned")
    await signals_of(harbor).end(signals_of(harbor).of(laptop.device)[0].id, by="p_helpdesk")
    assert devices_of(harbor).device(laptop.device).state is State.QUARANTINED


async def test_5_a_colleagues_sensor_vouches_for_no_device_that_only_has_its_name(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    bob = harbor.browser(address="203.0.113.9")
    own = new_agent(harbor, "203.0.113.9")
    await own.enrol(await devices_of(harbor).token(await harbor.member(bob, "Bob", "staff"), by="server"))
    await own.report(edr={"running": True, "products": ["falcon"]})  # so it says; nobody hears of its sensor
    device = harbor.limen.known.devices.get(own.device)
    assert device is not None
    assert "edr" not in device.passing
    edr = await sensor(harbor, "edr")
    await edr.send({"alive": [{"device": {"name": "wren"}}]})
    device = harbor.limen.known.devices.get(own.device)
    assert device is not None
    assert "edr" not in device.passing


@pytest.mark.parametrize("is_found", [True])
async def test_6_a_private_laptop_does_not_escape_by_a_company_laptops_name(
    harbor: House, ida: Ida, laptop: SoftwareAgent, is_found: bool
) -> None:
    """What is asserted as wanted in tests/attacks/test_signals.py: Bob's infected laptop renames itself, and Ida's
    is blocked in its place."""
    bob = harbor.browser(address="203.0.113.9")
    await harbor.member(bob, "Bob", "staff")
    own = new_agent(harbor, "203.0.113.9")
    own.name = "bobs-own"
    begun = (await own.begin()).json()
    await bob.get("/devices/enrol")
    await bob.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert (await own.finish(begun["enrolment"])).status_code == 200
    own.name = "wren"
    await own.report()
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    said = harbor.limen.known.learned.of(("device", own.device)).get("device.risk")
    assert (said == 3) is is_found
