"""Standing privilege to zero on Harbor, break-glass apart: seen, drafted, published; and asked for from then on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading, into_the_console
from tests.journeys.test_policy_tasks import is_let_in, publish, somebody

AT = "/console/standing"


@pytest.fixture
def harbor(own_harbor: Any) -> Any:
    return own_harbor


@pytest.fixture
def ada(harbor: Any, browse: Any) -> Any:
    browser = browse()
    harbor.open(browser)
    into_the_console(browser, harbor.origin)
    return browser


def test_standing_privilege_comes_to_zero(harbor: Any, browse: Any, ada: Any) -> None:
    rohan = somebody(harbor, browse, "Rohan Deshpande", "staff", "finance")
    page = "/run/2026-11"
    assert is_let_in(rohan, harbor, "payroll", page)
    ada.page.goto(harbor.origin + AT)
    expect(ada.page.locator("#payroll")).to_contain_text("Rohan Deshpande")
    expect(ada.page.locator("#payroll .items > li")).to_have_count(1)
    ada.clean()
    ada.page.get_by_role("button", name="Require a grant for all of it").click()
    expect(heading(ada)).to_have_text("What would change")
    expect(ada.page.locator("#people .loss").first).to_be_visible()
    ada.clean()
    ada.page.locator("#update summary").click()
    ada.page.get_by_role("button", name="Update the selected tests").click()
    expect(ada.page.locator("#tests")).to_contain_text("All of them pass")
    publish(ada, "Nobody holds the keys all day")

    ada.page.goto(harbor.origin + AT)
    expect(ada.page.locator("#payroll")).to_have_count(0)
    expect(ada.page.locator("#limen")).to_have_count(1)
    expect(ada.page.locator("#break-glass")).to_have_count(1)
    expect(ada.page.get_by_role("button", name="Require a grant for all of it")).to_have_count(0)
    ada.clean()
    assert not is_let_in(rohan, harbor, "payroll", page)
    who = next(one for one in harbor.limen.known.people.values() if one.name == "Rohan Deshpande")
    company = harbor.limen.in_force.company
    assert company.engine().access.may_ask(who, company.all_apps["payroll"], "edit")
