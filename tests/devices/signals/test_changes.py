"""What a signal does: it counts, ends, counts again; a sensor that is silent; each in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.signals.sensors import bind, known, opens, risk, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.model import State
from limen.devices.signals.model import Level
from limen.errors import LimenError
from limen.facts.device_rules import BASELINE, Requirement, Severity


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
    await devices_of(harbor).judging.judge_due()
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


async def test_what_a_sensor_says_is_said_once_and_its_time_runs_from_then(
    harbor: House, laptop: SoftwareAgent
) -> None:
    """Whether it is the sensor that brings it to light or the report that comes after it."""
    edr = await sensor(harbor, "edr")
    grace = {"edr": Requirement(Severity.WARN, 2 * HOUR), "threats": BASELINE["threats"]}
    rules = harbor.limen.core.known.device_rules
    harbor.limen.core.known.set_device_rules(replace(rules, requirements=grace))
    await edr.send({"alive": [{"device": {"name": "wren"}}]})
    await laptop.report(edr={"running": True})
    before = len(harbor.events("device.compliance_changed"))
    await edr.send({"alive": [{"device": {"name": "wren"}, "gone": True}]})
    since = harbor.clock.now()
    harbor.clock.forward(HOUR)
    await laptop.report(edr={"running": True})
    assert abs(known(harbor, laptop.device).due_at - (since + 2 * HOUR)) < MINUTE
    assert len(harbor.events("device.compliance_changed")) == before + 1
