"""The console's page of standing privilege: what is listed, and the way to zero as drafts."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import Browser, House

from limen.web.access.standing import AT

CARD = r'<section class="card" id="([a-z-]+)"'


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def frida(house: House) -> str:
    """She is in finance, and runs payroll whenever she likes."""
    return await house.member(house.browser(), "Frida", "staff", "finance")


def base_of(page: str) -> str:
    return re.findall(r'name="base" value="([0-9a-f]+)"', page)[0]


async def test_who_reaches_restricted_data_all_day_is_listed_with_the_policy(house: House, ada: Browser) -> None:
    who = await frida(house)
    page = await ada.get(AT)
    assert page.status_code == 200
    card = page.text.split('id="payroll"')[1].split("</section>")[0]
    assert f"/console/people/{who}" in card
    assert "/console/policies/finance-payroll" in card
    assert {"payroll", "limen", "break-glass", "unseen"} == set(re.findall(CARD, page.text))
    assert house.events("person.looked_at")


async def test_without_anybody_in_finance_there_is_nothing_to_do(house: House, ada: Browser) -> None:
    page = await ada.get(AT)
    assert "payroll" not in set(re.findall(CARD, page.text))
    refused = await ada.post(AT, app="", base=base_of(page.text) if "base" in page.text else "")
    assert refused.status_code != 303


@pytest.mark.parametrize("app", ["payroll", ""])
async def test_a_grant_is_required_by_a_draft_that_says_who_loses_what(house: House, ada: Browser, app: str) -> None:
    await frida(house)
    page = await ada.get(AT)
    begun = await ada.post(AT, app=app, base=base_of(page.text))
    assert begun.status_code == 303
    draft = begun.headers["location"]
    assert draft.startswith("/console/changes/")
    for _ in range(50):
        change = await ada.get(draft)
        if "refresh" not in change.headers:
            break
    assert "payroll-by-grant" in change.text
    assert "access.yaml" in change.text


async def test_a_page_that_is_older_than_the_rules_changes_nothing(house: House, ada: Browser) -> None:
    await frida(house)
    await ada.get(AT)
    assert (await ada.post(AT, app="payroll", base="0" * 32)).status_code in (400, 409)


async def test_an_app_that_nobody_has_is_refused_on_the_page(house: House, ada: Browser) -> None:
    await frida(house)
    page = await ada.get(AT)
    assert (await ada.post(AT, app="wiki", base=base_of(page.text))).status_code == 400


async def test_it_is_no_page_for_employees(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    assert (await tom.get(AT)).headers["location"].startswith("/not-yet")
    assert (await tom.post(AT, app="payroll")).status_code != 200
