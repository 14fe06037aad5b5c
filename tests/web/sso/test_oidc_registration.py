"""An app's sign-in in the console: what to paste, what it is told of whom, who is signed in, a new secret."""

from __future__ import annotations

import re

import pytest
from tests.sso.client import BACK, Grafana
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import MINUTE

AT = "/console/apps/grafana/sign-in"


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def test_an_app_with_keys_is_given_no_secret(ada: Browser) -> None:
    page = (await ada.get("/console/apps/ledger/sign-in")).text
    assert "/console/apps/ledger/sign-in/secret" not in page
    assert "client-secret" not in (await ada.get("/console/apps/ledger")).text
    assert (await ada.post("/console/apps/ledger/sign-in/secret")).status_code == 404
    assert "night-batch" in (await ada.get(AT)).text


async def test_it_says_what_to_paste_and_what_the_app_is_told_of_somebody(house: House, ada: Browser) -> None:
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    page = (await ada.get(f"{AT}?person=mia@harbor.example")).text
    for value in (ORIGIN, "openid profile email groups", BACK, "mia@harbor.example", "Viewer"):
        assert value in page, value
    assert AT in (await ada.get("/console/apps/grafana")).text
    assert (await ada.get("/console/apps/wiki/sign-in")).status_code == 404
    assert (await mia.get(AT)).status_code == 303


async def test_a_sign_in_is_ended_there_and_only_there(house: House, ada: Browser) -> None:
    mia, grafana = house.browser(), await Grafana.registered(house)
    await house.member(mia, "Mia", "staff")
    tokens = await grafana.tokens(mia)
    found = re.search(rf"{AT}/(g_[0-9a-f]+)/end", (await ada.get(AT)).text)
    assert found is not None
    await ada.post(f"/console/apps/survey/sign-in/{found[1]}/end")
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    await ada.post(f"{AT}/{found[1]}/end")
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert found[1] not in (await ada.get(AT)).text
    (event,) = house.events("sso.sign_in_ended")
    assert (event.actor, event.subject) == (house.id_of("ada@harbor.example"), house.id_of("mia@harbor.example"))


async def test_a_new_secret_is_shown_once_and_asks_for_a_fresh_proof(house: House, ada: Browser) -> None:
    await Grafana.registered(house)
    await ada.get(AT)
    page = (await ada.post(f"{AT}/secret")).text
    tried = {one: await Grafana(house, secret=one).refresh("x") for one in re.findall(r"[A-Za-z0-9_-]{43}", page)}
    made = [one for one, answered in tried.items() if answered.json()["error"] == "invalid_grant"]
    assert len(made) == 1
    assert made[0] not in (await ada.get(AT)).text
    house.clock.forward(15 * MINUTE)
    old = await ada.post(f"{AT}/secret")
    assert old.headers["location"].startswith("/step-up?")
    assert len(house.events("sso.secret_made")) == 2


async def test_what_an_app_is_told_of_somebody_is_looked_at_in_their_name(house: House, ada: Browser) -> None:
    mia = await house.member(house.browser(), "Mia", "staff")
    await ada.get(f"{AT}?person=mia@harbor.example")
    assert (mia, "told") in [(event.subject, event.details["page"]) for event in house.events("person.looked_at")]


async def test_an_app_without_a_secret_is_said_to_have_none(ada: Browser) -> None:
    before = (await ada.get(AT)).text
    made = (await ada.post(f"{AT}/secret")).text
    again = (await ada.post(f"{AT}/secret")).text
    assert ["another day" in page for page in (made, again)] == [False, True]
    assert [">Make it<" in page for page in (before, made)] == [True, False]
