"""Ask for access: only what a rule lets somebody ask for and a grant would open, and nothing is told of the rest."""

from __future__ import annotations

import re

import pytest
from tests.access.at_harbor import WHY, AtHarbor, Colleague
from tests.web.access.people import ASK, ask, at_harbor, done_in, farid, oscar, request_of

from limen.access.model import RequestState
from limen.clock import HOUR, MINUTE

__all__ = ["at_harbor", "farid", "oscar"]


async def test_what_is_sent_becomes_a_request_that_waits(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    page = await oscar.browser.get(ASK)
    assert page.status_code == 200
    assert 'value="2d" selected' in page.text  # the longest that the rule allows
    assert done_in(await ask(oscar)) == "asked"
    request = await request_of(oscar)
    assert (request.app, request.actions, request.length_ms) == ("crm", ("view",), 2 * HOUR)
    assert (request.reason, request.state) == (WHY, RequestState.OPEN)
    assert not oscar.opens()


async def test_the_choice_lists_what_can_be_asked_for_and_nothing_else(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    page = await oscar.browser.get("/access/ask")
    offered = set(re.findall(r"/access/ask\?app=(\w+)&amp;action=(\w+)", page.text))
    assert ("crm", "view") in offered
    assert ("crm", "edit") in offered
    assert not {app for app, _ in offered} & {"payroll", "limen", "handbook"}
    assert ("crm", "administer") not in offered


@pytest.mark.parametrize(
    "wrong", [{"reason": "short"}, {"reason": "x" * 501}, {"length": "9d"}, {"length": "soon"}, {"length": ""}]
)
async def test_what_is_wrong_is_said_beside_what_was_typed(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague, wrong: dict[str, str]
) -> None:
    answer = await ask(oscar, **{"reason": WHY, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert wrong.get("reason", WHY) in answer.text
    assert await oscar.access.requests_of(oscar.id) == []


async def test_a_ticket_is_asked_for_where_the_rule_wants_one(at_harbor: AtHarbor) -> None:
    sofia = await at_harbor.colleague("Sofia", "staff", "hr")
    for name, *groups in (("Maren", "finance", "management"), ("Ines", "management")):
        await at_harbor.colleague(name, "staff", *groups)
    fields = {"app": "payroll", "actions": "edit", "length": "1h", "reason": "Lucia is ill on the payday."}
    page = await sofia.browser.get("/access/ask?app=payroll&action=edit")
    assert 'name="ticket"' in page.text
    assert (await sofia.browser.post("/access/ask", **fields)).status_code == 400
    assert done_in(await sofia.browser.post("/access/ask", **fields, ticket="PAY-7")) == "asked"
    assert (await request_of(sofia)).ticket == "PAY-7"


async def test_what_nobody_has_to_approve_takes_a_passkey_used_just_now(at_harbor: AtHarbor) -> None:
    ada = await at_harbor.administrator()
    at_harbor.house.clock.forward(6 * MINUTE)
    fields = {"app": "wiki", "actions": "administer", "length": "1h", "reason": "The wiki's search is broken."}
    await ada.browser.get("/access/ask?app=wiki&action=administer")
    asked = await ada.browser.post("/access/ask", **fields)
    assert asked.headers["location"].startswith("/step-up?")
    assert not ada.opens("wiki", "administer")
    await ada.uses_passkey()
    await ada.browser.get("/access/ask?app=wiki&action=administer")
    assert done_in(await ada.browser.post("/access/ask", **fields)) == "granted"
    assert ada.opens("wiki", "administer")


async def test_an_extension_is_asked_for_on_what_one_has(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    page = await oscar.browser.get(f"/access/ask?extends={grant.id}")
    assert page.status_code == 200
    sent = {"app": "crm", "extends": grant.id, "length": "4h", "reason": WHY}
    assert done_in(await oscar.browser.post("/access/ask", **sent)) == "asked"
    assert (await request_of(oscar)).extends == grant.id
    assert (await farid.browser.get(f"/access/ask?extends={grant.id}")).status_code == 404
