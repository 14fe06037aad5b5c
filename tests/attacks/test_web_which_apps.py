"""Attacks that try to learn which apps a company has, by asking the sign-in host for them by name."""

from __future__ import annotations

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House

house, browser = web.house, web.browser

SHUT = ("payroll", "crm", "git", "wiki")
INVENTED = ("none", "evil.example", "a" * 64, "pay roll")
ASKED = ("/step-up?app={}&to=/", "/onward?app={}&to=/x")


@pytest.mark.parametrize("asked", ASKED)
async def test_a_guest_can_not_tell_an_app_that_is_shut_from_one_that_is_not_there(
    house: House, browser: Browser, asked: str
) -> None:
    await house.member(browser, "Gus", "guests")
    answers = [await browser.get(asked.format(app)) for app in (*SHUT, *INVENTED)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    opened = await browser.get(asked.format("handbook"))
    assert opened.status_code != 404, "what is open to a guest still opens"


async def test_a_step_up_for_an_app_that_is_shut_ends_where_one_for_an_invented_app_ends(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Gus", "guests")
    ends = set()
    for app in ("payroll", "none"):
        await browser.get("/step-up?app=handbook")
        options = (await browser.send("/step-up/options")).json()["options"]
        done = await browser.send("/step-up/passkey", credential=browser.passkey.get(options), app=app, to="/x")
        ends.add(done.json()["location"])
        await browser.get("/step-up?app=handbook")  # the new session's form
        assert (await browser.post("/step-up", app=app, to="/x", code="000000")).status_code == 404
    assert ends == {"/x"}
