"""The console's page of groups elsewhere."""

from __future__ import annotations

import pytest
from tests.access.membership.at_slapd import AtSlapd, office, there
from tests.slapd import DOMAIN_ADMINS

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


async def test_it_is_for_those_who_may_see_people(office: AtSlapd) -> None:
    browser = office.house.browser()
    await office.house.member(browser, "Ida", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
