"""Whatever begins at one worker ends at the other, and what is good once is good once at both together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.devices.software_agent import SoftwareAgent
from tests.sso.client import Grafana, told_in
from tests.sso.device import begun, desk, polled
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import ORIGIN, Browser

from limen.clock import MINUTE, SECOND


@pytest.fixture
async def two(tmp_path: Path, where: str) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, where) as running:
        yield running


async def member(two: TwoLimens, name: str = "Mia", *groups: str) -> tuple[Browser, Browser]:
    """Somebody of the staff, signed in here with a passkey: their browser here, and there."""
    browser = two.here.browser()
    await two.here.member(browser, name, *(groups or ("staff",)))
    await two.caught_up()
    return browser, two.at(two.there, browser)


async def test_each_flow_ends_where_it_did_not_begin(two: TwoLimens) -> None:
    mia_here, mia_there = await member(two)
    await an_app_is_opened(two, mia_here, mia_there)
    await a_pushed_request_is_used(two, mia_here, mia_there)
    await a_code_is_redeemed(two, mia_here)
    await a_device_signs_in(two, mia_there)
    await a_device_is_enrolled(two, mia_there)
    await a_form_comes_back(two)


async def an_app_is_opened(two: TwoLimens, here: Browser, there: Browser) -> None:
    host = two.here.limen.known.apps["handbook"].host
    app = two.there.browser(f"https://{host}")
    started = await app.get("/.limen/start?to=/")
    handed = await here.get(started.headers["location"].removeprefix(ORIGIN))
    callback = urlsplit(handed.headers["location"])
    both = (app, two.at(two.here, app))
    arrived = await asyncio.gather(*(one.get(f"{callback.path}?{callback.query}") for one in both * 3))
    assert sorted(one.status_code for one in arrived) == [303, 400, 400, 400, 400, 400]
    await two.caught_up()
    assert (await there.get("/")).status_code == 200


async def a_pushed_request_is_used(two: TwoLimens, here: Browser, there: Browser) -> None:
    grafana = await Grafana.registered(two.there)
    sent = (await grafana.post("/oidc/par", **grafana.asks())).json()["request_uri"]
    way = f"/oidc/authorize?client_id=grafana&request_uri={sent}"
    answered = await asyncio.gather(here.get(way), there.get(way), here.get(way))
    # Whoever comes once it is used up is told so on a page: nobody knows any more where the app is.
    assert ["location" in one.headers and "code" in told_in(one) for one in answered].count(True) == 1


async def a_code_is_redeemed(two: TwoLimens, here: Browser) -> None:
    grafana = await Grafana.registered(two.there)
    code = await grafana.code(here)
    elsewhere = Grafana(two.here, secret=grafana.secret, verifier=grafana.verifier)
    redeemed = await asyncio.gather(grafana.redeem(code), elsewhere.redeem(code))
    assert sorted(one.status_code for one in redeemed) == [200, 400]


async def a_device_signs_in(two: TwoLimens, there: Browser) -> None:
    app, elsewhere = desk(two.here), desk(two.there)
    asked = await begun(app)
    assert (await polled(elsewhere, asked["device_code"]))["error"] == "authorization_pending"
    await there.get("/device")
    await there.post("/device/answer", code=asked["user_code"], answer="agree")
    two.here.clock.forward(MINUTE)
    told = await asyncio.gather(*(polled(one, asked["device_code"]) for one in (app, elsewhere)))
    assert ["access_token" in one for one in told].count(True) == 1


async def a_form_comes_back(two: TwoLimens) -> None:
    ada_here = two.here.browser()
    await two.here.administrator(ada_here)
    await two.caught_up()
    await ada_here.get("/console/people/invite")
    two.here.clock.forward(11 * MINUTE)
    sent = {"name": "Noa Vos", "email": "noa@harbor.example", "how": "show"}
    asked = await ada_here.post("/console/people/invite", **sent)
    way = parse_qs(urlsplit(asked.headers["location"]).query)["to"][0]
    await ada_here.step_up("limen", way)
    await two.caught_up()
    shown = await asyncio.gather(two.at(two.there, ada_here).get(way), ada_here.get(way))
    assert [sent["email"] in one.text for one in shown].count(True) == 1


async def a_device_is_enrolled(two: TwoLimens, there: Browser) -> None:
    here = two.here.browser().client
    agent = SoftwareAgent(here, lambda: two.here.clock.now() // SECOND)
    began = await agent.begin()
    assert began.status_code == 200, began.text
    enrolment = began.json()
    await there.step_up("limen", "/devices/enrol")
    await two.caught_up()
    await there.get("/devices/enrol")
    done = await there.post("/devices/enrol/answer", code=enrolment["code"], answer="agree")
    assert done.status_code == 200, f"{done.headers} {done.text}"
    jose = {"content-type": "application/jose"}
    finishing = [
        await one.post(
            "/agent/enrol/finish",
            content=agent.signed("enrol", {"enrolment": enrolment["enrolment"]}),
            headers=jose,
        )
        for one in (two.there.browser().client, here)
    ]
    assert sorted(one.status_code for one in finishing) == [200, 400], [one.text for one in finishing]
