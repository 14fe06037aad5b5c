"""What a source says counts at once, the worse of two wins, and nothing old comes back."""

from __future__ import annotations

from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.told import BAD, GOOD, PUSH, SERIAL, fact, push, put_rules, seconds, token_for, told
from tests.web.conftest import House

from limen.devices.sources import store
from limen.devices.sources.matching import Word

IDAS = {"owner": "ida@harbor.example"}


async def enrolled(house: House, ida: Ida, agent: SoftwareAgent, serial: str = SERIAL) -> SoftwareAgent:
    """Ida's laptop, which says it has this serial number."""
    begun = await agent.begin(await devices_of(house).token(ida.id, by="server"), hardware={"serial": serial})
    assert (await agent.finish(begun.json()["enrolment"])).status_code == 200
    assert (await agent.report()).json()["compliance"] == "compliant"
    return agent


async def test_the_worse_of_two_words_counts_at_once(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    assert (await push(harbor, token, told(harbor, checks=GOOD))).json() == {"changed": 1, "same": 0, "gone": 0}
    assert fact(harbor, laptop.device).compliance == "compliant"
    bad = {**GOOD, "management": {"compliant": False}}
    harbor.clock.forward(2_000)
    await push(harbor, token, told(harbor, checks=bad))
    assert fact(harbor, laptop.device).compliance == "non_compliant"
    assert (await laptop.report()).json()["compliance"] == "non_compliant"
    harbor.clock.forward(2_000)
    await push(harbor, token, told(harbor, checks=GOOD))
    assert fact(harbor, laptop.device).compliance == "compliant"


async def test_the_grace_begins_when_it_was_said(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, checks=BAD))
    found = fact(harbor, laptop.device)
    assert (found.compliance, "disk_encryption" in found.passing) == ("compliant", False)
    since = devices_of(harbor).posture(laptop.device).failing_since["disk_encryption"]
    harbor.clock.forward(60_000)
    await laptop.report()
    assert devices_of(harbor).posture(laptop.device).failing_since["disk_encryption"] == since


async def test_the_same_again_changes_nothing_and_the_old_never_comes_back(
    harbor: House, ida: Ida, agent: SoftwareAgent
) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    token, good = token_for(harbor, "mdm"), told(harbor, checks=GOOD)
    bad = {**good, "seen_at": good["seen_at"] + 10, "checks": {"management": {"compliant": False}}}
    await push(harbor, token, good)
    assert (await push(harbor, token, good)).json() == {"changed": 0, "same": 1, "gone": 0}
    await push(harbor, token, bad)
    assert (await push(harbor, token, good)).json() == {"changed": 0, "same": 1, "gone": 0}
    assert fact(harbor, laptop.device).compliance == "non_compliant"


async def test_what_a_source_knows_no_longer_counts_no_longer(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    await push(harbor, token, told(harbor, checks={"management": {"compliant": False}}))
    assert fact(harbor, laptop.device).compliance == "non_compliant"
    assert (await push(harbor, token, gone=["lark", "never-there"])).json()["gone"] == 2
    assert fact(harbor, laptop.device).compliance == "compliant"


async def test_a_device_that_enrols_later_is_compared_at_once(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    put_rules(harbor, mdm=PUSH)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, **IDAS, checks={"management": {"compliant": False}}))
    begun = await agent.begin(await devices_of(harbor).token(ida.id, by="server"), hardware={"serial": "pf-2abcde"})
    await agent.finish(begun.json()["enrolment"])
    assert (await agent.report()).json()["compliance"] == "non_compliant"
    matches = harbor.limen.database.read(lambda s: store.matches(s.connection, "mdm", "lark"))
    assert matches == {agent.device: Word.MATCHED}


async def test_a_future_clock_is_not_believed(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    refused = await push(harbor, token, told(harbor, seen_at=seconds(harbor) + 3_600))
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed")
    assert (await push(harbor, token, told(harbor, seen_at=seconds(harbor) + 200))).status_code == 200
    (kept,) = harbor.limen.database.read(lambda s: store.all_records(s.connection))
    assert kept.record.seen_at <= harbor.clock.now()
