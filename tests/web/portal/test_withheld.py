"""Withheld: what is open of an app, what is not, and what would open it; for nobody else's eyes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.web.conftest import Browser, House, decision_in

from limen.clock import HOUR

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


async def _withheld(house: House, browser: Browser, path: str = "/export/all", **fields: str) -> Any:
    there = await house.into(browser, "crm")
    return await there.get(path, **{**NAVIGATION, **fields})


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


async def test_a_refused_download_has_its_own_page_that_says_what_is_open(house: House, browser: Browser) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    refused = await _withheld(house, browser)
    assert refused.headers["location"].startswith("https://limen.harbor.localhost/withheld?decision=")
    words = _words((await browser.get(f"/withheld?decision={decision_in(refused.headers['location'])}")).text)
    assert "You can view Customers from here" in words
    assert "Downloading is blocked on this device." in words
    assert "Viewing Allowed" in words
    assert re.search(r"Downloading Blocked What would give you access .*device", words)


async def test_it_is_said_in_german_to_whoever_reads_german(house: House, browser: Browser) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    refused = await _withheld(house, browser)
    page = await browser.get(
        f"/withheld?decision={decision_in(refused.headers['location'])}", **{"accept-language": "de"}
    )
    assert "auf diesem Gerät" in page.text
    assert 'lang="de"' in page.text


async def test_a_program_learns_which_action_is_withheld_and_that_viewing_is_open(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    there = await house.into(browser, "crm")
    said = (await there.get("/export/all")).json()
    assert (said["withheld"], said["permitted"]) == ("download", ["view"])


async def test_the_launcher_says_it_before_anybody_walks_into_it(house: House, browser: Browser) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    home = await browser.get("/")
    assert 'href="/withheld?app=crm"' in home.text
    assert "You can view Customers from here" in _words((await browser.get("/withheld?app=crm")).text)


@pytest.mark.parametrize("address", ["app=crm", "app=nothing", "app=limen", "app=", "decision=nothing", ""])
async def test_an_app_that_is_shut_and_one_that_is_not_there_are_the_same(
    house: House, browser: Browser, address: str
) -> None:
    await house.member(browser, "Ines", "staff")
    page = await browser.get(f"/withheld?{address}")
    assert page.status_code == 404
    assert "There is nothing here" in page.text
    assert "Customers" not in page.text


async def test_a_refusal_is_nobody_elses(house: House, browser: Browser) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    address = (await _withheld(house, browser)).headers["location"].removeprefix("https://limen.harbor.localhost")
    stranger = house.browser()
    assert (await stranger.get(address)).headers["location"].startswith("/sign-in?")
    colleague = house.browser()
    await house.member(colleague, "Ines", "staff", "sales")
    assert (await colleague.get(address)).status_code == 404


async def test_an_administrator_sees_it_as_it_was(house: House, browser: Browser) -> None:
    await house.member(browser, "Tom", "staff", "sales")
    address = (await _withheld(house, browser)).headers["location"].removeprefix("https://limen.harbor.localhost")
    ada = house.browser()
    await house.administrator(ada)
    words = _words((await ada.get(address)).text)
    assert "This request was made by Tom." in words
    assert "Downloading is blocked on this device." in words


async def test_when_looking_is_over_too_it_says_so(house: House, browser: Browser) -> None:
    tom = await house.member(browser, "Tom", "staff", "sales")
    address = (await _withheld(house, browser)).headers["location"].removeprefix("https://limen.harbor.localhost")
    await house.limen.identity.people.set_groups(tom, {"staff"}, by="")
    house.clock.forward(HOUR // 60)
    assert "You can&#39;t use Customers right now" in _words((await browser.get(address)).text)


async def test_an_action_that_a_grant_opens_leads_to_the_form_that_asks_for_it(house: House, browser: Browser) -> None:
    form = "/access/ask?app=payroll&amp;action=edit"
    await house.member(browser, "Sofia", "staff", "hr")
    assert form in (await browser.get("/withheld?app=payroll")).text
    mia = house.browser()
    await house.member(mia, "Mia", "staff", "finance")  # who may not ask, and for whom it is open
    assert "/access/ask" not in (await mia.get("/withheld?app=payroll")).text
