"""Ada asks what Nele has access to and why, follows it to the app and to the group, and back; also on a phone."""

from __future__ import annotations

import csv
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading


def test_from_a_person_to_the_app_and_the_group_and_back(harbor: Any, ada: Any, browse: Any) -> None:
    nele = browse()
    harbor.arrive(nele, "Nele Brandt", "staff", "finance")
    who = harbor.people["Nele Brandt"]
    ada.page.goto(f"{harbor.origin}/console/people/{who}")
    ada.page.get_by_role("link", name="All access").click()
    expect(heading(ada)).to_have_text("Access of Nele Brandt")
    row = ada.page.locator("tr", has=ada.page.get_by_role("link", name="Payroll")).first
    expect(row.locator('a[href="/console/policies/finance-payroll"]')).to_have_count(1)
    expect(row.locator('a[href="/console/groups/finance"]')).to_have_count(1)
    ada.page.get_by_text("No access", exact=True).click()
    ada.clean_both_ways()

    row.locator('a[href="/console/apps/payroll/access"]').click()
    expect(ada.page.locator(f'a[href="/console/people/{who}/access"]').first).to_be_visible()
    ada.clean_both_ways()
    with ada.page.expect_download() as taken:
        ada.page.get_by_role("link", name="Save as CSV").click()
    with taken.value.path().open() as file:
        assert who in {line["person_id"] for line in csv.DictReader(file) if line["policies"] == "finance-payroll"}

    ada.page.goto(f"{harbor.origin}/console/groups/finance")
    expect(ada.page.locator(f'#members a[href="/console/people/{who}"]')).to_have_count(1)
    ada.clean_both_ways()


def test_workers_connections_and_shared_accounts_fit_a_phone_and_the_dark(harbor: Any, ada: Any) -> None:
    for path in ("workers", "connections", "shared-accounts"):
        ada.page.goto(f"{harbor.origin}/console/{path}")
        expect(heading(ada)).to_be_visible()
        ada.clean_both_ways()
