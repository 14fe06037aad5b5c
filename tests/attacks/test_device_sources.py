"""Attacks by way of those who tell of devices: claiming to be another's laptop, and a source that was taken over."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx2
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, new_agent
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.devices.sources.told import (
    GOOD,
    OSQUERY,
    PUSH,
    SERIAL,
    fact,
    happened,
    push,
    put_rules,
    send,
    token_for,
    told,
)
from tests.dial import size
from tests.emulators.osquery_node import Node
from tests.web.conftest import House

from limen.clock import DAY
from limen.devices.model import State
from limen.devices.sources import store
from limen.facts import CHECKS
from limen.facts.device_rules import DeviceSource, SourceKind

__all__ = ["agent", "harbor", "ida"]

TRUSTED = DeviceSource(SourceKind.PUSH, manages=True)
UNENCRYPTED = {"encrypted": False}
IDAS = {"owner": "ida@harbor.example", "managed": True, "checks": GOOD}


async def owner_of_his_own(house: House, name: str = "Tom") -> Ida:
    browser = house.browser()
    return Ida(browser, await house.member(browser, name, "staff"))


async def enrolled(house: House, owner: Ida, *, name: str = "wren", **hardware: str) -> SoftwareAgent:
    """A laptop that its owner enrolled by signing in, so that it is not the company's; unencrypted, as it says."""
    one = new_agent(house)
    begun = (await one.begin(name=name, hardware=hardware)).json()
    await owner.browser.get("/devices/enrol")
    await owner.browser.post("/devices/enrol", code=begun["code"])
    await owner.browser.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert (await one.finish(begun["enrolment"])).status_code == 200
    await one.report(disk_encryption=UNENCRYPTED)
    return one


# Being taken for another's laptop


async def test_a_laptop_that_is_named_like_another_is_not_that_one(harbor: House, ida: Ida) -> None:
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=TRUSTED)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, "lark", **IDAS))
    named = await enrolled(harbor, ida, name="lark", serial="lark")
    found = fact(harbor, named.device)
    assert (found.managed, "disk_encryption" in found.passing) == (False, False)
    assert harbor.limen.database.read(lambda s: store.all_matches(s.connection)) == {}


async def test_whoever_claims_a_colleagues_serial_number_gets_nothing_and_takes_nothing(
    harbor: House, ida: Ida
) -> None:
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=TRUSTED)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, **IDAS))
    honest = await enrolled(harbor, ida, serial=SERIAL)
    assert (fact(harbor, honest.device).managed, "disk_encryption" in fact(harbor, honest.device).passing) == (
        True,
        True,
    )
    tom = await owner_of_his_own(harbor)
    liar = await enrolled(harbor, tom, serial=SERIAL)
    found = fact(harbor, liar.device)
    assert (found.managed, "disk_encryption" in found.passing) == (False, False)
    assert fact(harbor, honest.device).managed
    (event,) = await happened(harbor, "device.claimed")
    assert (event.device, event.subject, event.reason) == (liar.device, tom.id, "of_another")


async def test_where_nobody_knows_whose_it_is_a_claim_grants_nothing(harbor: House, ida: Ida) -> None:
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=TRUSTED)
    token = token_for(harbor, "mdm")
    await push(harbor, token, told(harbor, managed=True, checks=GOOD))
    honest = await enrolled(harbor, ida, serial=SERIAL)
    found = fact(harbor, honest.device)
    assert (found.managed, found.passing & {"disk_encryption", "management"}) == (False, frozenset())
    assert harbor.events("device.claimed") == []
    liar = await enrolled(harbor, await owner_of_his_own(harbor), serial=SERIAL)
    assert [fact(harbor, one.device).managed for one in (honest, liar)] == [False, False]
    assert {event.device for event in await happened(harbor, "device.claimed")} == {honest.device, liar.device}
    harbor.clock.forward(2_000)
    await push(harbor, token, told(harbor, managed=True, checks={"management": {"compliant": False}}))
    assert [fact(harbor, one.device).compliance for one in (honest, liar)] == ["non_compliant"] * 2


async def test_a_private_laptop_is_not_made_the_companys_by_its_owners_other_serial_number(
    harbor: House, ida: Ida
) -> None:
    put_rules(harbor, mdm=TRUSTED)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, **IDAS))
    company = await enrolled(harbor, ida, serial=SERIAL)
    private = await enrolled(harbor, ida, serial=SERIAL)
    assert [fact(harbor, one.device).managed for one in (company, private)] == [False, False]
    assert {event.device for event in await happened(harbor, "device.claimed")} == {company.device, private.device}
    await devices_of(harbor).change(private.device, State.LOST, by="server")
    assert fact(harbor, company.device).managed


async def test_an_agent_can_not_speak_for_device_management(harbor: House, ida: Ida) -> None:
    put_rules(harbor, mdm=PUSH)
    one = await enrolled(harbor, ida)
    await one.report(management={"compliant": True})
    assert "management" not in fact(harbor, one.device).passing


# A source that was taken over


async def test_a_source_that_was_taken_over_makes_nothing_better_than_its_rule_says(harbor: House, ida: Ida) -> None:
    put_rules(harbor, mdm=PUSH)
    one = await enrolled(harbor, ida, serial=SERIAL)
    harbor.clock.forward(8 * DAY)
    await one.report(disk_encryption=UNENCRYPTED, firewall=None)
    before = fact(harbor, one.device)
    assert before.compliance == "non_compliant"
    perfect: dict[str, Any] = {**GOOD, "firewall": {"enabled": True}}
    token = token_for(harbor, "mdm")
    await push(harbor, token, told(harbor, **{**IDAS, "checks": perfect}))
    after = fact(harbor, one.device)
    assert (after.compliance, after.managed) == ("non_compliant", False)
    assert after.passing - before.passing == {"management"}
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=PUSH)
    assert fact(harbor, one.device).passing - before.passing == {"management", "disk_encryption"}


async def test_what_it_said_in_a_devices_favour_ends_with_its_age(harbor: House, ida: Ida) -> None:
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=DeviceSource(SourceKind.PUSH, counts_ms=DAY, manages=True))
    one = await enrolled(harbor, ida, serial=SERIAL)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, **IDAS))
    assert (fact(harbor, one.device).managed, "disk_encryption" in fact(harbor, one.device).passing) == (True, True)
    harbor.clock.forward(DAY)
    await one.report(disk_encryption={"encrypted": True})
    assert (fact(harbor, one.device).managed, "disk_encryption" in fact(harbor, one.device).passing) == (False, False)


async def test_a_source_makes_no_device_known_and_enrols_none(harbor: House) -> None:
    put_rules(harbor, mdm=TRUSTED)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, **IDAS))
    assert (devices_of(harbor).all(), dict(harbor.limen.core.known.devices.items())) == ([], {})


async def test_who_has_the_secret_of_osquery_blackens_a_laptop_and_clears_none(harbor: House, ida: Ida) -> None:
    put_rules(harbor, osquery=OSQUERY)
    one = await enrolled(harbor, ida, serial="C02OSQ01")
    await one.report()
    assert "disk_encryption" in fact(harbor, one.device).passing
    transport = httpx2.ASGITransport(app=harbor.limen.asgi, client=("203.0.113.11", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        node = Node(client, token_for(harbor, "osquery"))
        assert await node.enroll()
        harbor.clock.forward(2_000)
        await node.log(harbor.clock.now(), filevault=[{"filevault_status": "off"}])
        assert "disk_encryption" not in fact(harbor, one.device).passing
        harbor.clock.forward(2_000)
        assert await Node(client, node.secret).enroll()
    assert "disk_encryption" not in fact(harbor, one.device).passing, "what was said against it stays"
    assert [event.details["again"] for event in await happened(harbor, "device.node_enrolled")] == [True, False]


async def test_what_is_sent_at_random_changes_nothing(harbor: House, ida: Ida) -> None:
    put_rules(harbor, {"disk_encryption": "mdm"}, mdm=TRUSTED)
    token, chance = token_for(harbor, "mdm"), random.Random(12)
    one = await enrolled(harbor, ida, serial=SERIAL)
    before = fact(harbor, one.device)
    good = json.dumps({"devices": [told(harbor, **IDAS)]}).encode()
    for _ in range(size(200)):
        body = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        wrong = bytes(body[: chance.randrange(len(body))]) if chance.random() < 0.5 else bytes(body) + b"}"
        answer = await send(harbor, token, wrong)
        assert answer.status_code in {400, 429}, (wrong, answer.text)
        harbor.clock.forward(1_000)
    assert fact(harbor, one.device).passing == before.passing
    assert set(before.passing) < set(CHECKS)
