# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Ways to keep access by doing something in the moment in which it ends. Whichever comes first, nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.access.at_harbor import AtHarbor, Colleague, farid, harbor, oscar
from tests.devices.laptops import devices_of, new_agent
from tests.sso.client import Grafana
from tests.sso.harbor import grafana, house
from tests.web.conftest import House

from limen.devices import store as devices
from limen.devices.model import State
from limen.errors import LimenError
from limen.facts import SessionState
from limen.identity.departures.model import Closed
from limen.pillar import AccessSurfaces

DELAYS = (0.0, 0.001, 0.004, 0.01, 0.02)
"""How much later the end comes than what races with it."""


async def later(delay: float, work: Callable[[], Awaitable[Any]]) -> None:
    await asyncio.sleep(delay)
    await work()


async def both(first: Awaitable[Any], second: Awaitable[Any]) -> None:
    """At once; what is refused is meant to be."""
    for one in await asyncio.gather(first, second, return_exceptions=True):
        assert one is None or not isinstance(one, Exception) or isinstance(one, LimenError), repr(one)


async def nothing_is_left(house: House, person: str) -> None:
    """Neither in the registry nor in memory, nor does any session of theirs count; and the report says so."""
    limen = house.limen
    newest = next(one for one in await limen.identity.departures.all() if one.departure.person == person)
    for _ in range(100):
        report = await limen.identity.departures.ask(newest.departure.id)
        if not report.outstanding:
            break
        await asyncio.sleep(0.05)
    assert (report.outstanding, report.departure.closed) == ([], Closed.PROVED)
    held = limen.known.issued_to(("person", person))
    assert SessionState.LIVE not in {limen.known.session_state(one, one.app, house.clock.now()) for one in held}
    surfaces = {one.name: await one.ask(person, 0) for one in limen.core.offers.take(AccessSurfaces).all}
    assert surfaces["in_memory"].open == 0
    assert limen.known.grants.get(person, ()) == ()


@pytest.mark.parametrize("delay", DELAYS)
async def test_whoever_signs_in_meanwhile(harbor: AtHarbor, oscar: Colleague, delay: float) -> None:
    house, people = harbor.house, harbor.house.limen.identity.people
    browser = house.browser()
    browser.passkey = oscar.browser.passkey
    await browser.get("/sign-in")
    options = (await browser.send("/sign-in/options")).json()["options"]
    signing_in = browser.send("/sign-in/passkey", credential=browser.passkey.get(options), to="/")
    await both(signing_in, later(delay, lambda: people.deactivate(oscar.id, by="")))
    for one in (browser, oscar.browser):
        assert (await one.get("/")).headers["location"].startswith("/sign-in")
    await nothing_is_left(house, oscar.id)


@pytest.mark.parametrize("delay", DELAYS[:3])
async def test_an_app_that_is_opened_meanwhile(harbor: AtHarbor, oscar: Colleague, delay: float) -> None:
    house = harbor.house
    sessions, people = house.limen.identity.sessions, house.limen.identity.people
    opening = sessions.open_app_session(oscar.session.id, "wiki", "203.0.113.7", "")
    await both(opening, later(delay, lambda: people.deactivate(oscar.id, by="")))
    await nothing_is_left(house, oscar.id)


@pytest.mark.parametrize("delay", DELAYS)
async def test_a_grant_that_is_approved_meanwhile(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, delay: float
) -> None:
    request, people = await oscar.asks(), harbor.house.limen.identity.people
    await both(farid.approves(request), later(delay, lambda: people.deactivate(oscar.id, by="")))
    await nothing_is_left(harbor.house, oscar.id)
    with pytest.raises(LimenError):
        await farid.approves(request)


async def test_a_device_that_waits_while_its_owner_goes(harbor: AtHarbor, oscar: Colleague) -> None:
    """Its owner has typed the code, and the agent asks whether it is enrolled when they have no access any more."""
    house, agent = harbor.house, new_agent(harbor.house)
    begun = (await agent.begin()).json()
    await oscar.browser.get("/devices/enrol")
    done = await oscar.browser.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert done.status_code in {200, 303}
    await house.limen.identity.people.deactivate(oscar.id, by="")
    assert (await agent.finish(begun["enrolment"])).status_code == 403
    active = house.limen.database.read(lambda s: devices.ids_of(s.connection, oscar.id, State.ACTIVE))
    assert active == []
    await nothing_is_left(house, oscar.id)


@pytest.mark.parametrize("delay", DELAYS)
async def test_a_token_that_is_refreshed_meanwhile(house: House, grafana: Grafana, delay: float) -> None:
    browser = house.browser()
    mia = await house.member(browser, "Mia", "staff")
    tokens = await grafana.tokens(browser, scope="openid offline_access")
    people = house.limen.identity.people
    refreshing = grafana.refresh(tokens["refresh_token"])
    await both(refreshing, later(delay, lambda: people.deactivate(mia, by="")))
    answer = await grafana.refresh(tokens["refresh_token"])
    assert answer.status_code == 400
    await nothing_is_left(house, mia)
