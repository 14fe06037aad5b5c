"""The demo in a real browser: be each of the three, change a fact and see the answer turn, steal the cookie, end it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.demo.alive import Alive, alive


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alive]:
    with alive(tmp_path_factory.mktemp("harbor")) as running:
        yield running


def look(browser: Any, name: str) -> None:
    """No violation, nothing that axe finds; a picture where somebody wants to see it (LIMEN_PICTURES)."""
    browser.clean()
    if folder := os.environ.get("LIMEN_PICTURES"):
        browser.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


class Page:
    """The demo's page in one browser."""

    def __init__(self, browser: Any, demo: Alive) -> None:
        self.browser = browser
        self.page = browser.page
        self.page.goto(demo.opened.url)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def answer(self, effect: str, question: str = "", because: str = "") -> None:
        """The decision beside the app says this in the end."""
        verdict = self.page.get_by_role("article", name="The decision")
        expect(verdict.locator(".turned .effect").last).to_have_text(effect)
        if question:
            expect(verdict.locator(".asked")).to_have_text(question)
        if because:
            expect(verdict).to_contain_text(because)


def test_two_minutes_at_a_desk(demo: Alive, browse: Any) -> None:
    visitor = browse()
    harbor = Page(visitor, demo)
    expect(harbor.page.get_by_role("heading", level=1)).to_have_text("Zero trust in two minutes")
    look(visitor, "demo-start")

    harbor.press("Be the finance lead")
    harbor.answer("Permitted", "Can Maren Petersen view Payroll?", "Finance runs payroll")
    harbor.press("Five hours later")
    harbor.answer("Challenged", because="5 hours ago; Payroll allows at most 4 hours")
    expect(harbor.page.get_by_role("article", name="What the browser gets")).to_contain_text("One more step")
    look(visitor, "demo-turned")
    harbor.press("Use the passkey now")
    harbor.answer("Permitted")

    with visitor.context.expect_page() as opening:
        harbor.page.get_by_role("link", name=re.compile("Open it in a tab")).click()
    tab = opening.value
    expect(tab.locator("body")).to_contain_text("You are Maren Petersen")
    expect(harbor.page.locator(".stream > li").first).to_contain_text("view Payroll")

    harbor.press("Steal the cookie")
    tried = harbor.page.locator(".tried > li")
    expect(tried).to_have_count(3)
    expect(tried.nth(0)).to_contain_text("You are Maren Petersen")
    expect(tried.nth(0)).to_contain_text("would block this if enforced")
    expect(tried.nth(1)).to_contain_text("The session belongs to another app")
    expect(harbor.page.locator(".theft")).to_contain_text("the cookie that your own browser sent")
    harbor.press("End all my sessions")
    expect(tried.nth(3)).to_contain_text("The session was revoked")
    look(visitor, "demo-theft")
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text(
        "Sign in to Harbor"
    )  # the visitor's own tab is out as well


def test_signing_in_to_apps_that_ask_limen_and_being_signed_out(demo: Alive, browse: Any) -> None:
    visitor = browse()
    harbor = Page(visitor, demo)
    harbor.press("Be the finance lead")
    harbor.press("9:00 on the next working day")
    harbor.press("Sign in to Accounting")
    harbor.answer("Permitted", "Can Maren Petersen view Accounting?", "Finance keeps the accounts")
    apps = harbor.page.locator("#apps")
    expect(apps).to_contain_text("bookkeeper")

    with visitor.context.expect_page() as opening:
        harbor.page.get_by_role("link", name=re.compile("Open it in a tab")).click()
    tab = opening.value
    expect(tab.locator("body")).to_contain_text("You are Maren Petersen")  # by the visitor's own browser and SAML
    harbor.press("Sign in with password and code")
    harbor.answer("Challenged", because="Accounting requires a passkey")
    expect(apps.locator(".at-apps > li .effect").first).to_have_text("Signed out")  # the old sign-in ended, it was told
    harbor.press("Use the passkey now")
    harbor.answer("Permitted")
    look(visitor, "demo-apps")

    harbor.press("End all my sessions")
    expect(apps.locator(".at-apps .effect.permit")).to_have_count(0)
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in to Harbor")


def test_two_minutes_on_a_phone_in_the_dark(demo: Alive, browse: Any) -> None:
    visitor = browse(viewport={"width": 390, "height": 844}, color_scheme="dark")
    harbor = Page(visitor, demo)
    harbor.press("Be an employee")
    harbor.answer("Permitted", "Can Ewa Lis view Warehouse?")
    harbor.press("Sign in with a password alone")
    harbor.answer("Challenged", because="signed in with password; Warehouse requires two factors")
    harbor.press("In the warehouse hall")
    harbor.answer("Permitted", because="Warehouse screens in the hall need one factor")
    harbor.press("Try payroll")
    harbor.answer("Denied", because="Finance or People and culture can do this")
    look(visitor, "demo-phone")

    harbor.press("Be the administrator")
    harbor.answer("Permitted", "Can Ada Nwosu audit Limen?")
    with visitor.context.expect_page() as opening:
        harbor.page.get_by_role("link", name="All policies considered").click()
    expect(opening.value.get_by_role("heading", level=1)).to_contain_text("Ada Nwosu was allowed to")


def test_signing_in_to_an_app_by_openid_connect(demo: Alive, browse: Any) -> None:
    visitor = browse()
    harbor = Page(visitor, demo)
    harbor.press("Be an employee")
    harbor.press("9:00 on the next working day")
    harbor.press("Sign in to Expenses")
    harbor.answer("Permitted", "Can Ewa Lis view Expenses?", "Staff use public and internal apps")
    with visitor.context.expect_page() as opening:
        harbor.page.get_by_role("link", name=re.compile("Open it in a tab")).click()
    tab = opening.value
    expect(tab.locator("body")).to_contain_text("You are Ewa Lis")
    harbor.press("Sign in with a password alone")
    harbor.answer("Challenged", because="Expenses requires two factors")
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text("One more step")
