"""The page that says how somebody gets access: drawn, and as a table."""

from __future__ import annotations

import re

from tests.web.conftest import House


async def test_ways_lead_to_groups_rules_and_apps(house: House) -> None:
    ada, frida = house.browser(), house.browser()
    await house.administrator(ada)
    who = await house.member(frida, "Frida", "staff", "finance")
    person = await ada.get(f"/console/people/{who}")
    assert f'href="/console/people/{who}/access"' in person.text
    page = await ada.get(f"/console/people/{who}/access")
    assert page.status_code == 200
    drawing = page.text.split('class="access-graph"')[1].split("</svg>", maxsplit=1)[0]
    wanted = {"/console/apps/payroll", "/console/policies/finance-payroll", "/console/people?group=finance"}
    assert wanted <= set(re.findall(r'href="([^"]+)"', drawing))
    assert [one.subject for one in house.events("person.looked_at") if one.details["page"] == "access graph"] == [who]


async def test_somebody_who_is_not_there(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    assert (await ada.get("/console/people/p_nobody/access")).status_code == 404


async def test_it_is_no_page_for_employees(house: House) -> None:
    tom = house.browser()
    who = await house.member(tom, "Tom", "staff")
    assert (await tom.get(f"/console/people/{who}/access")).headers["location"].startswith("/not-yet")
