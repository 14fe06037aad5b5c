"""Signals, from what a sensor sends to what a person can open: high blocks, medium asks again, each has an end."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.signals.sensors import Sensor, bind, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.model import State
from limen.devices.signals import store
from limen.devices.signals.changes import UnknownSignalError
from limen.devices.signals.model import Level
from limen.errors import LimenError
from limen.policy.decision import Request
from limen.privacy.erase import erase_person
from limen.storage import Transaction


def known(house: House, device: str) -> Any:
    return house.limen.known.devices.get(device)


def risk(house: House, device: str) -> object:
    return house.limen.known.learned.of(("device", device)).get("device.risk")


async def opens(house: House, browser: Browser, app: str = "wiki") -> str:
    """What somebody's request to an app comes to."""
    session = max(
        (one for one in house.limen.known.sessions.values() if not one.parent), key=lambda one: one.started_at
    )
    facts = house.limen.known.facts(session, house.limen.known.apps[app], "203.0.113.7")
    engine = house.limen.in_force.engine
    return str(engine.decide(Request("view"), facts, house.clock.now()).effect)


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


async def test_a_source_that_says_it_is_over_ends_its_signal(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    await edr.tell("none")
    (signal,) = signals_of(harbor).of(laptop.device)
    assert (signal.ended_why, risk(harbor, laptop.device)) == ("resolved", 0)
    assert known(harbor, laptop.device).compliance == "compliant"


async def test_another_signal_keeps_the_risk(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high", "1")
    await edr.tell("medium", "2")
    await edr.tell("none", "1")
    assert risk(harbor, laptop.device) == 2


async def test_each_signal_has_an_end(harbor: House, laptop: SoftwareAgent) -> None:
    edr, careful = await sensor(harbor, "edr"), await sensor(harbor, "careful")
    await edr.tell("high", "a")
    await careful.tell("high", "b")
    until = "2027-11-24T09:00:00Z"
    await edr.tell("low", "c", until=until)
    ends = {one.ref: one.until - one.since for one in signals_of(harbor).of(laptop.device)}
    assert (ends["a"], ends["b"], ends["c"]) == (7 * DAY, HOUR, 90 * DAY)
    levels = {one.ref: one.level for one in signals_of(harbor).of(laptop.device)}
    assert levels["b"] is Level.MEDIUM  # it counts for no more than the company lets it
    harbor.clock.forward(7 * DAY)
    await signals_of(harbor).run_out()
    assert risk(harbor, laptop.device) == 1
    assert {one.details["why"] for one in harbor.events("device.signal_ended")} == {"over"}


async def test_somebody_ends_a_signal_and_takes_it_back(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    edr, signals = await sensor(harbor, "edr"), signals_of(harbor)
    await edr.tell("high", at="2026-11-24T08:59:00Z")
    (signal,) = signals.of(laptop.device)
    await signals.end(signal.id, by="p_ada")
    assert (risk(harbor, laptop.device), known(harbor, laptop.device).compliance) == (0, "compliant")
    await ida.browser.sign_in()
    await bind(ida, laptop)
    assert await opens(harbor, ida.browser) == "permit"
    await edr.tell("high", at="2026-11-24T08:59:00Z")  # the very same finding, sent again
    assert risk(harbor, laptop.device) == 0
    await signals.reopen(signal.id, by="p_ada")
    assert risk(harbor, laptop.device) == 3
    assert (await ida.browser.get("/sessions")).status_code == 303
    assert [one.actor for one in harbor.events("device.signal_reopened")] == ["p_ada"]


async def test_what_happens_anew_after_it_was_ended_counts(harbor: House, laptop: SoftwareAgent) -> None:
    edr, signals = await sensor(harbor, "edr"), signals_of(harbor)
    await edr.tell("high", at="2026-11-24T08:59:00Z")
    await signals.end(signals.of(laptop.device)[0].id, by="p_ada")
    harbor.clock.forward(HOUR)
    await edr.tell("high", at="2026-11-24T09:30:00Z")
    assert risk(harbor, laptop.device) == 3


async def test_what_comes_late_does_not_undo_what_came_after_it(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("none", at="2026-11-24T08:50:00Z")
    await edr.tell("high", at="2026-11-24T08:59:00Z")
    await edr.tell("none", at="2026-11-24T08:58:00Z")
    assert risk(harbor, laptop.device) == 3


async def test_a_source_can_quarantine_and_withdrawing_it_releases(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    strict, signals, devices = await sensor(harbor, "strict"), signals_of(harbor), devices_of(harbor)
    await strict.tell("high")
    assert (devices.device(laptop.device).state, known(harbor, laptop.device)) == (State.QUARANTINED, None)
    (signal,) = signals.of(laptop.device)
    assert signal.did == "quarantine"
    await signals.end(signal.id, by="p_ada")
    assert devices.device(laptop.device).state is State.ACTIVE
    await signals.reopen(signal.id, by="p_ada")
    assert devices.device(laptop.device).state is State.QUARANTINED


async def test_a_quarantine_of_two_signals_ends_with_the_last_and_not_by_time(
    harbor: House, laptop: SoftwareAgent
) -> None:
    strict, signals, devices = await sensor(harbor, "strict"), signals_of(harbor), devices_of(harbor)
    await strict.tell("high", "1")
    await strict.tell("high", "2")
    first, second = signals.of(laptop.device)
    await signals.end(first.id, by="p_ada")
    assert devices.device(laptop.device).state is State.QUARANTINED
    harbor.clock.forward(7 * DAY)
    await signals.run_out()
    assert signals.of(laptop.device)[0].ended_at
    assert devices.device(laptop.device).state is State.QUARANTINED  # a person takes it back, or the console's release
    with pytest.raises(LimenError):
        await signals.end(second.id, by="p_ada")


async def test_a_silent_sensor_is_a_failed_check(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    alive = {"alive": [{"device": {"name": "wren.harbor.example"}}]}
    assert (await edr.send(alive))["alive"] == 1
    assert "edr" in known(harbor, laptop.device).passing
    heard_until = harbor.clock.now() + DAY
    harbor.clock.forward(DAY - MINUTE)
    await laptop.report(edr={"running": True})
    device = known(harbor, laptop.device)
    assert abs(device.due_at - heard_until) < MINUTE
    assert device.fades_at == device.due_at  # the decision itself knows it, whatever else runs
    harbor.clock.forward(2 * MINUTE)
    await devices_of(harbor).judge_due()
    device = known(harbor, laptop.device)
    assert (device.compliance, "edr" in device.passing) == ("non_compliant", False)
    assert "edr" in str(harbor.events("device.compliance_changed")[0].details["failing"])
    await edr.send(alive)
    assert known(harbor, laptop.device).compliance == "compliant"


async def test_a_sensor_that_has_stopped_is_one_at_once(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.send({"alive": [{"device": {"name": "wren"}}]})
    await edr.send({"alive": [{"device": {"name": "wren"}, "gone": True}]})
    assert known(harbor, laptop.device).compliance == "non_compliant"


async def test_where_a_sensor_was_never_heard_of_the_agent_alone_is_no_pass_for_ever(
    harbor: House, laptop: SoftwareAgent
) -> None:
    assert "edr" not in known(harbor, laptop.device).passing
    harbor.clock.forward(DAY)
    await laptop.report(edr={"running": True})
    assert known(harbor, laptop.device).compliance == "non_compliant"


async def test_a_signal_about_a_device_that_nobody_knows_is_said(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    taken = await edr.tell("high", "77", {"name": "somebody-elses"})
    assert (taken["signals"], taken["unmatched"]) == (0, 1)
    (said,) = harbor.events("device.signal_unmatched")
    assert (said.details["source"], said.details["level"], said.details["ref"]) == ("edr", "high", "77")
    assert "somebody" not in str(said.details)


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
    states = {one.source.name: one for one in signals_of(harbor).sources()}
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
