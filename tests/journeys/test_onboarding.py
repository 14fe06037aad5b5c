"""Onboarding to enforce: an app is added in the console, a colleague passes and is counted, and then policies count."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.journeys.test_policy_tasks import ada, harbor, is_let_in, publish, see_what_would_change, somebody

__all__ = ["ada", "harbor"]


def test_from_onboarding_to_enforce(harbor: Any, ada: Any, browse: Any) -> None:
    url = harbor.limen.known.apps["wiki"].upstream.url
    page = ada.page
    page.goto(f"{harbor.origin}/console/apps")
    page.get_by_role("link", name="Add an app").click()
    page.get_by_label("Short name").fill("board")
    page.locator("input[name=url]").fill(url)
    ada.clean()
    page.get_by_role("button", name="Check the address").click()
    expect(page.get_by_text("An app is responding at")).to_be_visible()
    page.get_by_label("Display name").fill("Board")
    page.get_by_label("Engineering", exact=True).check()
    ada.clean()
    see_what_would_change(ada)
    publish(ada, "The board moves in")

    eve = somebody(harbor, browse, "Eve", "warehouse")
    assert is_let_in(eve, harbor, "board")

    harbor.limen.journal.flush()  # what was decided a moment ago is written within some milliseconds
    page.goto(f"{harbor.origin}/console/apps/board/onboarding")
    expect(page.get_by_role("row").filter(has_text="Eve")).to_contain_text("No policy permits this")
    ada.clean()
    page.get_by_role("link", name="Requests seen").click()
    asked = page.get_by_role("row").filter(has_text="GET /")
    expect(asked.first).to_contain_text("view")
    ada.clean()
    asked.first.get_by_role("checkbox").check()
    page.locator("main select").first.select_option("public")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("a public route needs a reason")
    page.locator("main select").first.select_option("download")
    see_what_would_change(ada)
    publish(ada, "The first page is a download")
    page.goto(f"{harbor.origin}/console/apps/board/onboarding")
    page.get_by_role("button", name="Enforce it now").click()
    expect(page.locator("main")).to_contain_text("1 person would lose access to Board")
    publish(ada, "Everybody who needs it has it")
    assert not is_let_in(eve, harbor, "board")
