from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY
from limen.devices import judging
from limen.facts.device_rules import DeviceRules, Requirement, Severity
from limen.storage import Transaction


async def test_new_rules_count_for_what_was_reported_already(harbor: House, laptop: SoftwareAgent) -> None:
    known = harbor.limen.core.known
    known.set_device_rules(DeviceRules({"edr": Requirement(Severity.RESTRICT)}))
    assert known.devices[laptop.device].compliance == "non_compliant"
    known.set_device_rules(replace(known.device_rules, requirements={}))
    assert known.devices[laptop.device].compliance == "compliant"


async def test_what_rules_make_of_a_device_is_said_once(harbor: House, laptop: SoftwareAgent) -> None:
    known, devices = harbor.limen.core.known, devices_of(harbor)
    usual = known.device_rules
    known.set_device_rules(DeviceRules({"edr": Requirement(Severity.RESTRICT)}))
    await devices.judging.judge_due()
    await devices.judging.judge_due()
    known.set_device_rules(usual)
    known.set_device_rules(DeviceRules({"edr": Requirement(Severity.RESTRICT)}))
    await devices.judging.judge_due()  # nothing has come of it
    harbor.limen.journal.flush()
    events = [one for one in harbor.events("device.compliance_changed") if one.details["was"] != "unknown"]
    assert [(one.device, one.details["was"], one.details["compliance"]) for one in events] == [
        (laptop.device, "compliant", "non_compliant")
    ]


async def test_new_rules_have_every_agent_that_listens_look_again_a_few_at_a_time(
    harbor: House, ida: Ida, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices, known = devices_of(harbor), harbor.limen.core.known
    monkeypatch.setattr(judging, "ASKED_AT_ONCE", 1)
    monkeypatch.setattr(judging, "ASK_AGAIN_SECONDS", 1.0)
    stream = devices.listen(laptop.signed("stream", {}), "203.0.113.7")
    second = new_agent(harbor)
    await second.enrol(await devices.token(ida.id, by="server"))
    other = devices.listen(second.signed("stream", {}), "203.0.113.7")
    known.set_device_rules(DeviceRules({"edr": Requirement(Severity.RESTRICT)}))
    told = await stream.next(5)
    assert told is not None
    assert (told.event, told.data["checks"]) == ("recheck", [])
    assert await other.next(0.05) is None
    assert await other.next(10) is not None


async def test_graces_that_end_together_are_judged_a_few_at_a_time(
    harbor: House, ida: Ida, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_JUDGED", 1)
    devices, second = devices_of(harbor), new_agent(harbor)
    await second.enrol(await devices.token(ida.id, by="server"))
    for one in (laptop, second):
        await one.report(firewall={"enabled": False})
    again, seen = devices.judging.again, list[Transaction]()

    def noted(transaction: Transaction, *rest: Any) -> None:
        seen.append(transaction)
        again(transaction, *rest)

    monkeypatch.setattr(devices.judging, "again", noted)
    harbor.clock.forward(DAY)
    for _ in range(2):
        await devices.judging.judge_due()
    known = harbor.limen.core.known.devices
    assert [known[one.device].compliance for one in (laptop, second)] == ["non_compliant"] * 2
    assert len({id(one) for one in seen}) == len(seen) >= 2
