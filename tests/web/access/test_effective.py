"""Pages of effective access: everything of one person, everybody of one app, and both as CSV."""

from __future__ import annotations

import csv
import io
import re

from tests.web.conftest import House


def tables(text: str) -> set[str]:
    """The apps whose access is told in the tables."""
    return set(re.findall(r'<td><a href="/console/apps/([^"/]+)/access">', text))


async def test_a_persons_page_has_every_app_that_opens_with_why_and_the_rest_with_why_not(house: House) -> None:
    ada, frida = house.browser(), house.browser()
    await house.administrator(ada)
    who = await house.member(frida, "Frida", "staff", "finance")
    page = await ada.get(f"/console/people/{who}/access")
    assert page.status_code == 200
    assert {"payroll", "handbook", "limen"} & tables(page.text) == {"payroll", "handbook"}
    assert {"/console/policies/finance-payroll", "/console/groups/finance"} <= set(
        re.findall(r'href="([^"]+)"', page.text)
    )
    assert 'id="closed"' in page.text
    assert "/console/apps/git/access" in page.text.split('id="closed"')[1]


async def test_everybody_of_an_app_and_of_whom_it_is_shut(house: House) -> None:
    ada, frida, tom = house.browser(), house.browser(), house.browser()
    await house.administrator(ada)
    who, other = await house.member(frida, "Frida", "staff", "finance"), await house.member(tom, "Tom", "staff")
    page = await ada.get("/console/apps/payroll/access")
    assert f"/console/people/{who}/access" in page.text
    assert f"/console/people/{other}/access" not in page.text
    closed = await ada.get("/console/apps/payroll/access?show=no")
    assert f"/console/people/{other}/access" in closed.text
    assert [one.details["app"] for one in house.events("person.looked_at") if one.details["page"] == "who has access"]


async def test_the_page_says_what_is_decided(house: House) -> None:
    ada, frida = house.browser(), house.browser()
    await house.administrator(ada)
    who = await house.member(frida, "Frida", "staff", "finance")
    lines = list(csv.DictReader(io.StringIO((await ada.get(f"/console/people/{who}/access.csv")).text)))
    opened = {line["app_id"] for line in lines if line["answer"] in {"if", "always"}}
    there = await house.into(frida, "handbook")
    assert "handbook" in opened
    assert (await there.get("/")).status_code != 403
    assert {line["app_id"] for line in lines} >= {"handbook", "payroll", "git", "limen"}
    assert all(line["why_not"] for line in lines if line["answer"] == "never")


async def test_somebody_who_was_invited_is_shown_as_they_will_be_and_who_is_gone_has_nothing(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    await house.invite("Nora", "staff")
    nora = house.id_of("nora@harbor.example")
    assert "handbook" in tables((await ada.get(f"/console/people/{nora}/access")).text)
    await house.limen.identity.people.deactivate(nora, by="")
    assert tables((await ada.get(f"/console/people/{nora}/access")).text) == set()


async def test_the_csv_of_an_app_has_a_line_for_each_answer(house: House) -> None:
    ada, frida = house.browser(), house.browser()
    await house.administrator(ada)
    who = await house.member(frida, "Frida", "staff", "finance")
    found = await ada.get("/console/apps/payroll/access.csv")
    assert found.headers["content-disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(found.text)))
    assert {line["app_id"] for line in lines} == {"payroll"}
    assert who in {line["person_id"] for line in lines if line["policies"] == "finance-payroll"}


async def test_an_app_or_a_person_that_is_not_there(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    for path in ("/console/apps/nowhere/access", "/console/apps/nowhere/access.csv", "/console/people/p_x/access.csv"):
        assert (await ada.get(path)).status_code == 404


async def test_helpdesk_and_employees_see_neither(house: House) -> None:
    ada, hana, tom = house.browser(), house.browser(), house.browser()
    ada_id = await house.administrator(ada)
    await house.member(hana, "Hana", "staff", "helpdesk")
    await house.member(tom, "Tom", "staff")
    for browser in (hana, tom):
        for path in (f"/console/people/{ada_id}/access", f"/console/people/{ada_id}/access.csv"):
            assert (await browser.get(path)).headers["location"].startswith("/not-yet")
        assert (await browser.get("/console/apps/wiki/access.csv")).headers["location"].startswith("/not-yet")
