"""Findings of attack 12 about signals. Each test states what should hold; it failed when it was written."""

from __future__ import annotations

import pytest
from tests.attacks.test_stolen_cookies import THIEF, at_the_wiki, on
from tests.devices.certificates.test_issuing import ask, certificate_of, issuing, sent
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.signals.sensors import agent, harbor, ida, laptop, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import Browser, House

from limen.devices.model import State
from limen.enforcement.streams import Stream
from limen.ties import BY_CERTIFICATE

__all__ = ["agent", "harbor", "ida", "issuing", "laptop"]


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


async def certified_at_the_wiki(harbor: House, ida: Ida, laptop: SoftwareAgent) -> tuple[Browser, bytes]:
    """Another browser of Ida's, that no agent was asked about; and the certificate its connections come with."""
    other = harbor.browser()
    other.passkey = ida.browser.passkey
    await other.sign_in()
    return await harbor.into(other, "wiki"), sent(certificate_of(await ask(laptop)))


async def test_12_a_device_at_high_risk_opens_nothing_by_its_certificate(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    """At the firmest level of all neither `risk.score` is the device's, nor do its sessions end."""
    there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    before = at_the_wiki(harbor, there, certificate)
    assert (before.permitted, on(before)) == (True, (laptop.device, BY_CERTIFICATE))
    await (await sensor(harbor, "edr")).tell("high")
    after = at_the_wiki(harbor, there, certificate)
    assert after.facts is not None
    assert (after.permitted, after.facts.risk.score) == (False, 90)


async def test_12b_quarantine_ends_what_came_with_the_devices_certificate(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    assert at_the_wiki(harbor, there, certificate).permitted
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    assert at_the_wiki(harbor, there, certificate).session is None


async def test_13_a_stream_over_a_certificate_is_looked_at_when_its_device_changes(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    streams = harbor.limen.enforcement.gateway.streams
    stream = Stream(at_the_wiki(harbor, there, certificate), THIEF, "gateway", lambda _word: None)
    streams.add(stream)
    assert ("device", laptop.device) in stream.subjects
