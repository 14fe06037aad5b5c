"""What was approved becomes a change that says exactly that, by an administrator or by the approval itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, done_in
from tests.web.network.conftest import settled
from tests.web.network.test_ask import ada, asked_by, asks, oscar, text_of, wanda

from limen.facts.access_rules import AccessRules
from limen.web.network.requested import AT

__all__ = ["ada", "at_harbor", "oscar", "wanda"]
FLOWS = "/console/network/flows"


async def approved(oscar: Colleague, wanda: Colleague) -> str:
    await asks(oscar)
    request = await asked_by(oscar)
    await wanda.browser.get("/access/inbox")
    return done_in(await wanda.browser.post(f"/access/inbox/{request.id}/approve"))


@pytest.fixture
def publishes(at_harbor: AtHarbor) -> None:
    known = at_harbor.house.limen.known
    rules = known.rules_of(AccessRules)
    assert rules is not None
    assert rules.flows is not None
    known.set_rules(AccessRules, replace(rules, flows=replace(rules.flows, publishes=True)))


@pytest.mark.usefixtures("publishes")
async def test_where_access_yaml_says_so_the_approval_puts_it_in_force(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague
) -> None:
    assert await approved(oscar, wanda) == "flow-published"
    flow = (await asked_by(oscar)).flow
    assert flow is not None
    assert flow.id in text_of(at_harbor)
    (told,) = (one for one in at_harbor.events("revision.published") if one.details["via"] == "request")
    assert told.actor == wanda.id


@pytest.mark.usefixtures("publishes")
async def test_what_can_not_be_published_waits_for_an_administrator(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague, ada: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = at_harbor.house.limen.in_force.company
    assert company is not None
    at_harbor.house.limen.in_force.company = replace(company, revision="0" * 64)  # somebody published meanwhile
    assert await approved(oscar, wanda) == "flow-approved"
    at_harbor.house.limen.in_force.company = company
    assert (await asked_by(oscar)).id in await settled(ada.browser, FLOWS)


async def test_only_what_waits_is_drafted_and_only_by_who_administers(
    oscar: Colleague, wanda: Colleague, ada: Colleague
) -> None:
    await asks(oscar)
    request = await asked_by(oscar)
    await settled(ada.browser, FLOWS)
    assert (await ada.browser.post(f"{AT}/{request.id}")).status_code == 400
    assert await approved(oscar, wanda) == "flow-approved"
    assert "/not-yet" in (await wanda.browser.post(f"{AT}/{request.id}")).headers["location"]
    await settled(ada.browser, FLOWS)
    assert (await ada.browser.post(f"{AT}/{request.id}")).status_code == 303
