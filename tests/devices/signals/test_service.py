"""Signals, from what a sensor sends to what a person can open: high blocks, medium asks again, each has an end."""

from __future__ import annotations

import time

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.signals.sensors import Sensor, bind, known, listed_of, opens, risk, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.signals import hosts_store, store
from limen.devices.signals.changes import UnknownSignalError
from limen.privacy.erase import erase_person
from limen.storage import Transaction


async def test_without_a_signal_nothing_is_said_against_a_device(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    assert (risk(harbor, laptop.device), laptop.device in harbor.limen.known.device_risks) == (0, False)
    assert await opens(harbor, ida.browser) == "permit"


async def test_high_ends_what_is_signed_in_within_a_second_and_blocks(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    edr = await sensor(harbor, "edr")
    assert (await ida.browser.get("/sessions")).status_code == 200
    began = time.monotonic()
    assert await edr.tell("high", title="Trojan in Downloads", topic="malware") == {
        "signals": 1,
        "alive": 0,
        "unmatched": 0,
        "passed_over": 0,
        "is_repeated": False,
    }
    refused = await ida.browser.get("/sessions")
    assert time.monotonic() - began < 1
    assert (refused.status_code, refused.headers["location"].partition("?")[0]) == (303, "/sign-in")
    device = known(harbor, laptop.device)
    assert (device.compliance, "threats" in device.passing, risk(harbor, laptop.device)) == ("non_compliant", False, 3)
    # Signing in again on it is no way around: the new session is tied to the same device
    await ida.browser.sign_in()
    await bind(ida, laptop)
    assert await opens(harbor, ida.browser) == "deny"
    (said,) = harbor.events("device.signal")
    assert (said.subject, said.device, said.details["level"], said.details["source"]) == (
        ida.id,
        laptop.device,
        "high",
        "edr",
    )
    assert "Trojan" not in str(said.details)  # what a sensor writes may name people, and stays in the database


async def test_a_healthy_report_does_not_speak_a_device_free(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    told = (await laptop.report(edr={"running": True})).json()
    failing = {one["id"]: one["severity"] for one in told["checks"] if one["verdict"] == "fail"}
    assert (told["compliance"], failing) == ("non_compliant", {"threats": "block"})
    before = len(harbor.events("device.compliance_changed"))
    await laptop.report(edr={"running": True})
    assert len(harbor.events("device.compliance_changed")) == before  # it is said once


async def test_medium_asks_for_a_fresh_proof_and_no_more(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("medium")
    assert (known(harbor, laptop.device).compliance, risk(harbor, laptop.device)) == ("compliant", 2)
    assert await opens(harbor, ida.browser) == "permit"  # the passkey was used minutes ago
    harbor.clock.forward(16 * MINUTE)
    await laptop.report(edr={"running": True})
    assert await opens(harbor, ida.browser) == "challenge"
    await ida.browser.step_up("wiki")
    assert await opens(harbor, ida.browser) == "permit"


async def test_a_medium_risk_stays_with_the_session_whose_agent_was_stopped(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Malware that ends the agent loses the tie to the device, and not what was said about it."""
    edr = await sensor(harbor, "edr")
    await edr.tell("medium")
    harbor.clock.forward(30 * MINUTE)
    assert await opens(harbor, ida.browser) == "challenge"


async def test_low_is_noted(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("low")
    harbor.clock.forward(20 * MINUTE)
    await laptop.report(edr={"running": True})
    assert (risk(harbor, laptop.device), await opens(harbor, ida.browser)) == (1, "permit")


async def test_a_signal_about_a_device_that_nobody_knows_is_said(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    taken = await edr.tell("high", "77", {"name": "somebody-elses"})
    assert (taken["signals"], taken["unmatched"]) == (0, 1)
    (said,) = harbor.events("device.signal_unmatched")
    assert (said.details["source"], said.details["level"], said.details["ref"]) == ("edr", "high", "77")
    assert "somebody" not in str(said.details)


async def test_a_sign_of_life_of_what_is_no_device_is_kept_as_a_host(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    named = ({"name": "Crane.harbor.example"}, {"serial": "PF-1234567"}, {"id": laptop.device})
    assert (await edr.send({"alive": [{"device": one} for one in named]}))["alive"] == 1
    kept = harbor.limen.database.read(lambda snapshot: hosts_store.hosts(snapshot.connection))
    assert {(one.source, one.name, one.serial) for one in kept} == {("edr", "crane", ""), ("edr", "", "pf-1234567")}
    assert all(0 <= harbor.clock.now() - one.heard_at < MINUTE for one in kept)


async def test_a_signal_of_an_address_is_about_the_device_that_reported_from_it(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    edr = await sensor(harbor, "edr")
    assert (await edr.tell("medium", "1", {"address": "203.0.113.7"}))["signals"] == 1
    second = new_agent(harbor)  # a second device behind the same address: nobody can say which
    await second.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await second.report()
    assert (await edr.tell("high", "2", {"address": "203.0.113.7"}))["unmatched"] == 1
    harbor.clock.forward(2 * HOUR)
    assert (await edr.tell("high", "3", {"address": "203.0.113.7"}))["unmatched"] == 1


async def test_a_signals_rows_go_with_whoever_is_erased(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    limen, now = harbor.limen, harbor.clock.now()

    def erase(transaction: Transaction) -> int:
        erase_person(transaction, ida.id, now, by="", why="she asked", may_deactivate=True)
        return transaction.changed_seq

    await limen.core.settled(await limen.database.writing(erase))
    assert signals_of(harbor).of(laptop.device) == ()
    assert limen.database.read(lambda snapshot: store.every(snapshot.connection)) == []


async def test_sources_are_listed_with_when_they_were_heard(harbor: House, laptop: SoftwareAgent) -> None:
    edr: Sensor = await sensor(harbor, "edr")
    await edr.tell("low")
    states = listed_of(harbor)
    assert (states["edr"].has_secret, states["edr"].heard_at > 0, states["edr"].live) == (True, True, 1)
    assert (states["wazuh"].has_secret, states["wazuh"].heard_at, states["wazuh"].live) == (False, 0, 0)


async def test_what_ended_long_ago_is_forgotten(harbor: House, laptop: SoftwareAgent) -> None:
    edr, signals = await sensor(harbor, "edr"), signals_of(harbor)
    await edr.tell("high")
    await edr.tell("none")
    harbor.clock.forward(91 * DAY)
    await signals.forget()
    assert signals.of(laptop.device) == ()
    with pytest.raises(UnknownSignalError):
        await signals.end("sg_none", by="")
