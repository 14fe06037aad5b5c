"""Signing in at an upstream issuer, through the pages."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.sso import linked
from tests.sso.issuer import CLIENT, FakeIssuer, leaves, returns, signs_in
from tests.web.conftest import ORIGIN, Browser, House

there, house, mia = linked.there, linked.house, linked.mia


async def test_who_is_linked_signs_in_and_the_session_is_as_strong_as_was_proved(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    there.person["amr"] = ["pwd", "mfa"]
    browser = house.browser()
    done = await signs_in(browser, there)
    assert (done.status_code, done.headers["location"]) == (303, "/onward?to=%2F")
    event = house.events("sign_in.succeeded")[0]
    assert (event.details["strength"], event.details["issuer"]) == (2, "there")
    assert event.actor == house.id_of("mia@harbor.example")
    assert (await browser.get("/")).status_code == 200


async def test_what_is_asked_there_is_what_the_standards_want(house: House, there: FakeIssuer) -> None:
    asked = parse_qs(urlsplit(await leaves(house.browser())).query)
    assert asked["redirect_uri"] == [f"{ORIGIN}/sign-in/with/there/back"]
    assert (asked["response_type"], asked["client_id"]) == (["code"], [CLIENT])
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert "openid" in asked["scope"][0].split()


async def test_nobody_who_is_not_linked_gets_in(house: House, there: FakeIssuer) -> None:
    refused = await signs_in(house.browser(), there)
    assert refused.status_code == 403
    assert [event.reason for event in house.events("sign_in.failed")] == ["issuer-account-unknown"]


async def test_somebody_goes_on_to_where_they_wanted(house: House, mia: Browser, there: FakeIssuer) -> None:
    done = await signs_in(house.browser(), there, to="/sessions")
    assert done.headers["location"] == "/onward?to=%2Fsessions"


async def test_who_said_no_there_sees_a_page(house: House, there: FakeIssuer) -> None:
    browser = house.browser()
    said = there.authorize(await leaves(browser))
    refused = await returns(browser, {"error": "access_denied", "state": said["state"], "iss": there.url})
    assert refused.status_code == 400
    assert "location" not in refused.headers
