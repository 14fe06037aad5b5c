"""An administrator asks what if: one question in full, then a table whose cells each lead to their why."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.identity.workload_terms import terms

from limen.identity import workloads


def test_from_a_question_to_a_table_to_a_why(harbor: Any, browse: Any, ada: Any) -> None:
    harbor.arrive(browse(), "Tom Kovar", "staff")
    ada.page.goto(harbor.origin + "/console/what-if", wait_until="load")
    ada.clean_both_ways()

    ada.page.locator("select[name=person]").select_option(label="Tom Kovar")
    ada.page.locator("select[name=app]").select_option(label="Wiki")
    ada.page.locator("select[name=strength]").select_option(label="one factor")
    ada.page.locator("input[name=at]").fill("2026-11-24T10:00")
    ada.page.get_by_role("button", name="Show").click()
    answer = ada.page.locator("#answer")
    expect(answer).to_contain_text("Tom Kovar would be asked to confirm their identity to view Wiki")
    expect(answer).to_contain_text("What would change the answer")
    ada.clean_both_ways()

    table = ada.page.get_by_role("region", name="This person, every app")
    expect(table.get_by_role("row", name="Wiki").get_by_role("link")).to_have_text(["Confirm"] * 4 + ["No"])
    table.get_by_role("row", name="Payroll").get_by_role("link").first.click()
    expect(ada.page.locator("#answer")).to_contain_text("view Payroll")
    assert "strength=1" in ada.page.url
    ada.clean_both_ways()

    ada.page.locator("select[name=table]").select_option(label="Everyone, every app")
    ada.page.get_by_role("button", name="Show").click()
    table = ada.page.get_by_role("region", name="Everyone, every app")
    expect(table.get_by_role("row", name="Tom Kovar")).to_be_visible()
    page_width, window = ada.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert page_width <= window, "the table scrolls inside its own box, never the page"
    ada.clean_both_ways()


def test_the_list_of_workloads_is_sound(harbor: Any, browse: Any, ada: Any) -> None:
    database, now = harbor.limen.database, harbor.limen.clock.now()
    workloads.add(database, "payroll-batch", ["payroll", "wiki"], ["finance"], 90, now, terms=terms(now), by="server")
    ada.page.goto(harbor.origin + "/console/workloads", wait_until="load")
    expect(ada.page.locator("main")).to_contain_text("payroll-batch")
    ada.clean_both_ways()
