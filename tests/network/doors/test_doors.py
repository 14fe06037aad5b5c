"""A door opens by a decision, for one address, and closes when that turns, its time is over, or they close it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from ipaddress import ip_address

import pytest
from tests.network.doors.at_harbor import ADDRESS, Somebody, doors_of
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.facts import Grant
from limen.network.doors import doors as doors_module
from limen.network.model import Network


async def test_what_was_permitted_is_open_for_the_address_and_on_record(harbor: House, ida: Somebody) -> None:
    told: list[int] = []
    doors = doors_of(harbor)
    doors.watch(lambda: told.append(len(doors.rules())))
    assert (await ida.opens()).headers["location"].startswith("/network/connect?done=opened")
    (door,) = doors.open_of(ida.id)
    assert (door.address, door.app, door.until - door.opened_at) == (ADDRESS, "erp-desktop", 30 * MINUTE)
    rules = doors.rules()
    assert {(one.from_zone, one.to_zone, one.box.source[0], one.box.port) for one in rules} == {
        ("office", "finance", int(ip_address(ADDRESS)), (3_389, 3_389))
    }
    assert told == [len(rules)]
    (event,) = harbor.events("network.door_opened")
    assert (event.actor, event.details["zone"], event.details["decision"]) == (ida.id, "office", door.decision)


async def test_a_policy_that_says_no_opens_nothing(harbor: House, ida: Somebody) -> None:
    refused = await ida.opens("vault-door")
    assert refused.headers["location"].startswith("/not-yet?decision=")
    assert doors_of(harbor).rules() == ()


async def test_a_grant_opens_it_and_its_end_is_the_door_s(harbor: House, ida: Somebody) -> None:
    until = harbor.clock.now() + 5 * MINUTE
    granted = Grant("g_1", "erp-desktop", frozenset({"connect"}), until, "a test", "p_ada")
    harbor.limen.known.grants.put(ida.id, (granted,))
    await ida.opens()
    (door,) = doors_of(harbor).open_of(ida.id)
    assert door.until <= door.opened_at + 30 * MINUTE


@pytest.mark.parametrize("how", ["signed out", "group", "network", "app"])
async def test_a_no_closes_it_within_a_second(how: str, harbor: House, ida: Somebody) -> None:
    await ida.opens()
    doors = doors_of(harbor)
    assert doors.rules()
    told: list[tuple[object, ...]] = []
    doors.watch(lambda: told.append(doors.rules()))
    begun = time.monotonic()
    known = harbor.limen.known
    if how == "signed out":
        await ida.browser.post("/sign-out")
    elif how == "group":
        known.people.put(replace(known.people[ida.id], groups=frozenset()))
    elif how == "network":
        known.set_rules(Network, Network(()))
    else:
        known.set_company(
            [app for app in known.apps.values() if app.id != "erp-desktop"], known.groups.values(), known.networks
        )
    for _ in range(500):
        if told and not told[-1]:
            break
        await asyncio.sleep(0.01)
    assert (told[-1], time.monotonic() - begun < 1) == ((), True)
    if how in {"signed out", "group"}:
        assert doors.open_of(ida.id) == []
        await doors.settled()
        assert [event.subject for event in harbor.events("network.door_closed")] == [ida.id]


async def test_it_closes_when_its_time_is_over(harbor: House, ida: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors_module, "MINUTE", 10)  # of milliseconds: 30 of them are 0.3 s
    monkeypatch.setattr(doors_module, "SHORTEST", 1)
    await ida.opens()
    doors = doors_of(harbor)
    await asyncio.sleep(0.5)
    assert doors.open_of(ida.id) == []
    await doors.settled()
    assert harbor.events("network.door_closed")[0].reason == "over"


async def test_opening_again_replaces_it_and_closing_it_is_for_its_owner(harbor: House, ida: Somebody) -> None:
    await ida.opens()
    await ida.opens()
    doors = doors_of(harbor)
    (door,) = doors.open_of(ida.id)
    other = Somebody(browser := harbor.browser(), await harbor.member(browser, "Ben", "staff"))
    await other.browser.get("/network/connect")
    closed = await other.browser.post("/network/connect/close", opening=door.id)
    assert "done=gone" in closed.headers["location"]
    assert doors.open_of(ida.id) == [door]
    closed = await ida.browser.post("/network/connect/close", opening=door.id)
    assert "done=closed" in closed.headers["location"]
    assert doors.rules() == ()


async def test_what_is_no_door_or_leads_nowhere_is_refused(harbor: House, ida: Somebody) -> None:
    for app in ("wiki", "nothing", "limen"):
        answer = await ida.opens(app)
        assert answer.status_code >= 400
    assert doors_of(harbor).all_open() == []


async def test_from_an_address_in_no_zone_nothing_opens(harbor: House, ida: Somebody) -> None:
    known = harbor.limen.known
    stated = known.rules_of(Network)
    assert stated is not None
    known.set_rules(
        Network, Network(tuple(one for one in stated.zones if one.name != "office"), stated.hosts, stated.services)
    )
    answer = await ida.opens()
    assert answer.status_code >= 400
    assert doors_of(harbor).all_open() == []


async def test_nobody_opens_without_end(harbor: House, ida: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors_module, "MOST", 0)
    assert (await ida.opens()).status_code >= 400
    monkeypatch.setattr(doors_module, "MOST", 5_000)
    answers = [(await ida.opens()).status_code for _ in range(40)]
    assert 303 in answers
    assert any(one >= 400 for one in answers)
    assert len(doors_of(harbor).all_open()) == 1


async def test_the_page_shows_what_can_be_opened_and_what_is(harbor: House, ida: Somebody) -> None:
    page = await ida.browser.get("/network/connect")
    assert 'data-app="erp-desktop"' in page.text
    assert 'data-app="vault-door"' not in page.text
    await ida.opens()
    page = await ida.browser.get("/network/connect")
    assert doors_of(harbor).open_of(ida.id)[0].id in page.text
