"""Temporary access in two browsers: asked for from a refusal, approved by somebody else, used, and over by itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading

from limen.clock import HOUR, MINUTE

WHY = "A customer complains about the last delivery."


@pytest.mark.gate("access")
def test_asked_for_from_a_refusal_approved_in_a_second_browser_used_and_over_by_itself(
    own_harbor: Any, browse: Any
) -> None:
    harbor, oscar, farid = own_harbor, browse(), browse()
    harbor.arrive(oscar, "Oscar Lund", "staff", "engineering")
    harbor.arrive(farid, "Farid Amini", "staff", "sales")

    expect(oscar.page.locator("#requestable")).to_contain_text("Customers")
    oscar.clean_both_ways()
    oscar.page.goto(harbor.on("crm"))
    expect(heading(oscar)).to_have_text("You don't have access to Customers")
    oscar.clean_both_ways()
    oscar.page.get_by_role("link", name="Ask for access").click()
    expect(heading(oscar)).to_have_text("Ask for access to Customers")
    expect(oscar.page.get_by_label("For how long")).to_have_value("2d")
    oscar.clean_both_ways()
    oscar.page.get_by_label("For how long").select_option("2h")
    oscar.page.get_by_label("Why").fill(WHY)
    oscar.page.get_by_role("button", name="Ask for access").click()
    expect(heading(oscar)).to_have_text("My access")
    expect(oscar.page.locator("[data-request]")).to_have_count(1)
    oscar.clean_both_ways()

    harbor.age_sign_ins(6 * MINUTE, "Farid Amini")
    farid.page.get_by_role("link", name="Requests").click()
    expect(heading(farid)).to_have_text("Requests")
    expect(farid.page.locator("[data-request]")).to_contain_text(WHY)
    farid.clean_both_ways()
    farid.page.get_by_label("For how long").select_option("1h")
    farid.page.get_by_role("button", name=re.compile("^Approve access of Oscar Lund")).click()
    expect(heading(farid)).to_have_text("One more step")
    farid.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(farid)).to_contain_text("Approve a request for access")
    farid.clean()
    farid.page.get_by_role("button", name="Do it now").click()
    expect(farid.page.get_by_role("status")).to_contain_text("Approved")
    expect(farid.page.locator("[data-grant]")).to_contain_text("Oscar Lund")
    farid.clean_both_ways()

    expect(oscar.page.locator("[data-grant]")).to_contain_text("Farid Amini")  # by itself, while the page is open
    expect(oscar.page.locator("[data-request]")).to_have_count(0)
    oscar.clean_both_ways()
    oscar.page.locator("[data-grant]").get_by_role("link", name="Customers", exact=True).click()
    expect(heading(oscar)).to_contain_text("The app on crm.harbor.localhost")

    harbor.limen.clock.forward(HOUR)
    oscar.page.reload()
    expect(heading(oscar)).to_have_text("You don't have access to Customers")
    oscar.page.goto(f"{harbor.origin}/access")
    expect(oscar.page.locator("[data-grant]")).to_have_count(0)
    oscar.page.get_by_text("The last 30 days").click()
    expect(oscar.page.locator("#temporary details")).to_contain_text("It ended on time")
    oscar.clean_both_ways()


def test_a_refusal_arrives_in_german_on_a_phone_while_the_page_is_open(harbor: Any, browse: Any) -> None:
    lena, bo = browse(**PHONE, locale="de-DE"), browse()
    harbor.arrive(lena, "Lena Ruiz", "staff")
    harbor.arrive(bo, "Bo Larsen", "staff", "sales")
    lena.page.goto(f"{harbor.origin}/access/ask?app=crm&action=edit")
    lena.page.get_by_label("Warum").fill("Ich vertrete Greta in dieser Woche.")
    lena.page.get_by_role("button", name="Um Zugriff bitten").click()
    expect(lena.page.locator("[data-request]")).to_have_count(1)
    lena.clean()
    bo.page.goto(f"{harbor.origin}/access/inbox")
    mine = bo.page.locator("[data-request]").filter(has_text="Lena Ruiz")
    mine.get_by_label("Why not").fill("Greta is back.")
    mine.get_by_role("button", name=re.compile("^Refuse")).click()
    expect(bo.page.get_by_role("status")).to_contain_text("Refused")
    expect(lena.page.locator("[data-request]")).to_have_count(0)
    lena.page.get_by_text("Die letzten 30 Tage").click()
    expect(lena.page.locator("#temporary details")).to_contain_text("Greta is back.")
    lena.clean()


def test_the_helpdesk_sees_who_waits_and_an_administrator_revokes(harbor: Any, ada: Any, browse: Any) -> None:
    nils, bea, hal = browse(), browse(), browse()
    harbor.arrive(nils, "Nils Holm", "staff")
    harbor.arrive(bea, "Bea Moser", "staff", "sales")
    harbor.arrive(hal, "Hal Visser", "staff", "helpdesk")
    nils.page.goto(f"{harbor.origin}/access/ask?app=crm&action=view")
    nils.page.get_by_label("Why").fill(WHY)
    nils.page.get_by_role("button", name="Ask for access").click()
    expect(nils.page.locator("[data-request]")).to_have_count(1)
    hal.page.goto(f"{harbor.origin}/console/access")
    expect(hal.page.locator("#waiting [data-request]").filter(has_text="Nils Holm")).to_contain_text("Bea Moser")
    expect(hal.page.locator("main form")).to_have_count(0)
    hal.clean_both_ways()
    bea.page.goto(f"{harbor.origin}/access/inbox")
    bea.page.get_by_role("button", name=re.compile("^Approve access of Nils Holm")).click()
    expect(bea.page.get_by_role("status")).to_contain_text("Approved")
    ada.page.goto(f"{harbor.origin}/console/access")
    ada.clean_both_ways()
    ada.page.get_by_role("button", name=re.compile("^Revoke access of Nils Holm")).click()
    expect(ada.page.get_by_role("status")).to_contain_text("revoked")
    nils.page.goto(harbor.on("crm"))
    expect(heading(nils)).to_have_text("You don't have access to Customers")
