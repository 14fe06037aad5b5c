"""The console's page of least privilege: narrower rules as drafts, and what nobody stands behind."""

from __future__ import annotations

import re

import pytest
from tests.web.access.test_standing import base_of
from tests.web.conftest import Browser, House

from limen.web.access.least import AT, EARLY


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def uses_the_wiki(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    there = await house.into(tom, "wiki")
    assert (await there.get("/")).status_code < 600
    house.limen.journal.flush()


def rules_on(page: str) -> set[str]:
    card = page.split('id="rules"')[1].split("</section>", maxsplit=1)[0]
    return set(re.findall(r'<li id="([a-z-]+)"', card))


async def drafted(ada: Browser, policy: str) -> str:
    page = await ada.get(AT)
    begun = await ada.post(AT, policy=policy, base=base_of(page.text))
    assert begun.status_code == 303, begun.text
    for _ in range(50):
        change = await ada.get(begun.headers["location"])
        if "refresh" not in change.headers:
            break
    return change.text


async def test_what_nobody_used_is_listed_and_drafted_away(house: House, ada: Browser) -> None:
    await uses_the_wiki(house)
    page = (await ada.get(AT)).text
    assert {"staff-work", "finance-payroll", "sales-customers"} <= rules_on(page)
    assert "granted" not in rules_on(page)
    change = await drafted(ada, "staff-work")
    lost = change.split('id="people"')[1].split("</section>", maxsplit=1)[0]
    assert 'class="loss"' in lost
    assert 'class="gain"' not in lost
    assert house.events("person.looked_at")


async def test_that_there_is_little_to_count_from_is_said(house: House, ada: Browser) -> None:
    await uses_the_wiki(house)
    assert "data-early" in (await ada.get(AT)).text
    house.clock.forward(EARLY)
    await ada.sign_in()
    assert "data-early" not in (await ada.get(AT)).text


async def test_a_rule_that_nobody_used_is_drafted_away_whole(house: House, ada: Browser) -> None:
    change = await drafted(ada, "hr-reads-payroll")
    assert "hr-reads-payroll" in change


async def test_all_that_can_be_narrowed_are_narrowed_together(house: House, ada: Browser) -> None:
    await uses_the_wiki(house)
    assert "staff-work" in await drafted(ada, "")


async def test_what_is_not_in_the_list_is_refused_on_the_page(house: House, ada: Browser) -> None:
    page = await ada.get(AT)
    for policy in ("portal", "no-such"):
        assert (await ada.post(AT, policy=policy, base=base_of(page.text))).status_code == 400


async def test_groups_and_apps_that_nobody_stands_behind_are_listed(house: House, ada: Browser) -> None:
    card = (await ada.get(AT)).text.split('id="orphans"')[1].split("</section>")[0]
    assert card.count('href="/console/groups"') >= 3
    assert {"/console/apps/crm", "/console/apps/payroll"} <= set(re.findall(r'href="([^"]+)"', card))


async def test_it_is_no_page_for_employees(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    assert (await tom.get(AT)).headers["location"].startswith("/not-yet")
    assert (await tom.post(AT, policy="")).status_code != 200
