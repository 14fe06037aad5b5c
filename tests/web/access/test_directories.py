"""The console's page of groups elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.at_harbor import AtHarbor
from tests.access.membership.at_slapd import APP, AtSlapd, office, there
from tests.slapd import DOMAIN_ADMINS

from limen.access.membership import store

pytestmark = pytest.mark.slow
__all__ = ["office", "there"]
AT = "/console/directories"


async def test_it_shows_who_is_in_by_a_grant_and_who_without_one(office: AtSlapd) -> None:
    ada = office.house.browser()
    await office.house.administrator(ada)
    oscar, account = await office.person("Oscar")
    _, mallory = await office.person("Mallory")
    await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
    await ada.get(AT)
    assert (await ada.post(f"{AT}/ask", directory="office")).status_code == 303
    page = (await ada.get(AT)).text
    assert {f'href="/console/people/{oscar}"' in page, account in page, mallory in page} == {True}
    assert (await ada.post(f"{AT}/ask", directory="another")).status_code == 303


async def test_that_nothing_but_limen_ends_it_is_said_where_it_is_asked_approved_and_listed(office: AtSlapd) -> None:
    """slapd ends no membership by itself, and a web app's grant needs nobody to end it."""
    at = AtHarbor(office.house)
    oscar, farid = await at.colleague("Oscar", "staff"), await at.colleague("Farid", "staff", "engineering")
    ada = await at.administrator()
    office.there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    asks = (await oscar.browser.get(f"/access/ask?app={APP}&action=elevate")).text
    request = await oscar.asks(APP, "elevate")
    decides = (await farid.browser.get("/access/inbox")).text
    assert await farid.approves(request) is not None
    pages = [(await who.browser.get(path)).text for who, path in ((oscar, "/access"), (ada, "/console/access"))]
    assert ["data-outlasts" in page for page in (asks, decides, *pages)] == [True] * 4
    await office.kept()
    (one,) = office.memberships()
    ended_there = replace(one, ends_there=True)
    await office.house.limen.core.write(lambda t: store.keep(t.connection, ended_there))
    assert "data-outlasts" not in (await oscar.browser.get("/access")).text


async def test_it_is_for_those_who_may_see_people(office: AtSlapd) -> None:
    browser = office.house.browser()
    await office.house.member(browser, "Ida", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
