"""Asking for a way through the network on pages: decided by its owner, and published as it was asked for."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from tests.access.at_harbor import AtHarbor, Colleague, plain
from tests.web.access.people import at_harbor, done_in
from tests.web.network.conftest import settled

from limen.access.model import AccessRequest, RequestState
from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import FILE
from limen.web.network.ask import AT

__all__ = ["at_harbor"]
FORM = {
    "from": "office",
    "to": "stock",
    "service": "tcp/8088",
    "purpose": "Orders: see # and 'quotes'",
    "expires": "2027-03-31",
    "review": "2027-02-01",
}
OPENS = "office → stock: tcp/8088"


@pytest.fixture
async def oscar(at_harbor: AtHarbor) -> Colleague:
    return await at_harbor.colleague("Oscar", "staff", "engineering")


@pytest.fixture
async def wanda(at_harbor: AtHarbor) -> Colleague:
    """She is of the hall, which owns flows to the stock server."""
    return await at_harbor.colleague("Wanda", "staff", "warehouse")


@pytest.fixture
async def ada(at_harbor: AtHarbor) -> Colleague:
    return await at_harbor.administrator()


async def asks(who: Colleague, **fields: str) -> Any:
    await who.browser.get(AT)
    return await who.browser.post(AT, **{**FORM, **fields})


async def asked_by(who: Colleague) -> AccessRequest:
    (one, *_) = await who.access.requests_of(who.id)
    return one


def text_of(at_harbor: AtHarbor) -> str:
    company = at_harbor.house.limen.in_force.company
    assert company is not None
    return company.files[FILE]


async def test_asked_for_approved_by_the_owner_and_published(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague, ada: Colleague
) -> None:
    assert done_in(await asks(oscar)) == "asked"
    request = await asked_by(oscar)
    assert request.flow is not None
    assert (request.app, request.actions, request.rule) == ("", (), "flows")
    assert (request.flow.owner, request.flow.expires, request.flow.review) == ("warehouse", "2027-03-31", "2027-02-01")
    assert request.approvers(request.asked_at) == {wanda.id}
    assert request.flow.way in plain(await at_harbor.told_of_access("wanda@harbor.example"))

    inbox = unescape((await wanda.browser.get("/access/inbox")).text)
    assert OPENS in inbox
    assert FORM["purpose"] in inbox
    assert request.id not in (await ada.browser.get("/access/inbox")).text
    assert done_in(await wanda.browser.post(f"/access/inbox/{request.id}/approve")) == "flow-approved"
    assert (await asked_by(oscar)).state is RequestState.GRANTED
    assert await oscar.access.grants_of(oscar.id) == []
    assert request.id in (await oscar.browser.get("/access")).text

    page = await settled(ada.browser, "/console/network/flows")
    assert request.id in page
    begun = await ada.browser.post(f"/console/network/requested/{request.id}")
    change = unescape(await settled(ada.browser, begun.headers["location"]))
    assert OPENS in change
    published = await ada.browser.post(f"{begun.headers['location']}/publish", reason="Orders")
    assert done_in(published) == "published-network"
    assert request.flow.id in text_of(at_harbor)
    assert request.id not in (await settled(ada.browser, "/console/network/flows"))
    kinds = ("access.requested", "access.approved")
    told = [one.details["flow"] for kind in kinds for one in at_harbor.events(kind)]
    assert told == [request.flow.way] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "nowhere"},
        {"to": "office"},
        {"from": "stock"},
        {"service": "carrier-pigeon"},
        {"purpose": "x"},
        {"purpose": "x" * 201},
        {"expires": "2020-01-01"},
        {"review": ""} | {"review": "tomorrow"},
        {"from": "warehouse", "to": "accounting"},
    ],
)
async def test_what_is_wrong_is_said_with_what_was_typed(oscar: Colleague, wrong: dict[str, str]) -> None:
    answer = await asks(oscar, **wrong)
    assert answer.status_code == 400
    assert "data-problem" in answer.text
    assert 'value="stock"' in answer.text or "to" in wrong
    assert await oscar.access.requests_of(oscar.id) == []


async def test_it_can_be_refused_and_withdrawn(oscar: Colleague, wanda: Colleague) -> None:
    await asks(oscar)
    request = await asked_by(oscar)
    await wanda.browser.get("/access/inbox")
    assert done_in(await wanda.browser.post(f"/access/inbox/{request.id}/refuse", why="By the wiki")) == "refused"
    assert "By the wiki" in (await oscar.browser.get("/access")).text
    await asks(oscar)
    request = await asked_by(oscar)
    assert done_in(await oscar.browser.post(f"/access/requests/{request.id}/withdraw")) == "withdrawn"


async def test_what_was_refused_to_their_device_is_one_press_from_the_form(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague
) -> None:
    learning = at_harbor.house.limen.core.offers.take(Learning)
    learning._whose = lambda *_: (oscar.id, "")
    at = at_harbor.house.clock.now() // 1000
    learning.refused([Begun(at, "10.10.0.7", "10.20.0.13", 6, 8088, 2), Begun(at, "10.10.0.7", "10.11.0.9", 6, 22, 1)])
    page = unescape((await oscar.browser.get("/access")).text)
    assert f"{AT}?from=office&to=stock&service=tcp%2F8088" in page
    assert "10.11.0.9" in page
    assert page.count(f"{AT}?from") == 1
    assert 'id="refused"' not in (await wanda.browser.get("/access")).text
    form = (await oscar.browser.get(f"{AT}?from=office&to=stock&service=tcp%2F8088")).text
    assert all(f'value="{one}"' in form for one in ("office", "stock", "tcp/8088"))


async def test_whoever_may_not_ask_finds_nothing_and_no_link(at_harbor: AtHarbor) -> None:
    carl = await at_harbor.colleague("Carl", "contractors")
    assert (await carl.browser.get(AT)).status_code == 404
    assert (await carl.browser.post(AT, **FORM)).status_code == 404
    assert AT not in (await carl.browser.get("/access")).text


async def test_names_are_offered_to_whoever_reads_the_network_alone(oscar: Colleague, ada: Colleague) -> None:
    assert "accounting" not in (await oscar.browser.get(AT)).text
    assert "accounting" in (await ada.browser.get(AT)).text
