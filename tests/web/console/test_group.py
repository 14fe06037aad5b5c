from __future__ import annotations

import re

from tests.web.conftest import House

from limen.web.console.group import empty_or_unused


async def test_a_group_says_what_it_opens_and_who_is_in_it(house: House) -> None:
    ada, frida = house.browser(), house.browser()
    await house.administrator(ada)
    who = await house.member(frida, "Frida", "staff", "finance")
    page = (await ada.get("/console/groups/finance")).text
    opens, members = page.split('id="opens"')[1].split('id="members"')
    assert set(re.findall(r'<td><a href="/console/apps/([^"/]+)/access">', opens)) >= {"payroll"}
    assert "/console/policies/finance-payroll" in opens
    assert f'href="/console/people/{who}"' in members
    assert 'href="/console/people/sources#entra"' in members
    assert 'href="/console/groups/finance"' in (await ada.get("/console/groups")).text


async def test_whoever_runs_limen_is_told_by_the_roles_that_a_group_gives(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    opens = (await ada.get("/console/groups/administrators")).text.split('id="opens"')[1]
    assert "/console/apps/limen/access" in opens.split('id="members"')[0]


async def test_a_group_that_is_not_there_and_who_may_not_see_one(house: House) -> None:
    ada, tom = house.browser(), house.browser()
    await house.administrator(ada)
    await house.member(tom, "Tom", "staff", "helpdesk")
    assert (await ada.get("/console/groups/nowhere")).status_code == 404
    assert (await tom.get("/console/groups/finance")).headers["location"].startswith("/not-yet")


def test_why_a_group_may_not_be_needed() -> None:
    assert empty_or_unused(3, ["p"], []) == ""
    assert empty_or_unused(0, ["p"], []) == "empty"
    assert empty_or_unused(3, [], []) == "unused"
    assert empty_or_unused(1, [], ["wiki"]) == ""
