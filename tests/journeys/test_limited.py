"""Limited access at Harbor: an unknown device looks customers up, and takes nothing away."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading


def line(browser: Any, name: str) -> Any:
    return browser.page.get_by_role("list", name="What you can do here").locator("> li").filter(has_text=name)


def test_from_an_unknown_device_customers_can_be_viewed_and_a_download_says_what_would_open_it(
    harbor: Any, browse: Any
) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Fabre", "staff", "sales")
    tom.page.goto(harbor.on("crm"))
    expect(heading(tom)).to_contain_text("The app on crm.harbor.localhost")

    tom.page.goto(harbor.on("crm", "/export/all"))
    expect(heading(tom)).to_have_text("You can view Customers from here")
    expect(tom.page.locator("main")).to_contain_text("Downloading is blocked on this device.")
    expect(line(tom, "Viewing")).to_contain_text("Allowed")
    expect(line(tom, "Downloading")).to_contain_text("What would give you access")
    expect(line(tom, "Downloading")).to_contain_text("device")
    expect(line(tom, "Editing")).to_contain_text("Blocked")
    tom.clean()

    tom.page.get_by_role("link", name="What was checked").click()
    expect(heading(tom)).to_have_text("Customers isn't available on this device yet")
    tom.page.go_back()
    tom.page.get_by_role("link", name="Open Customers").click()
    expect(heading(tom)).to_contain_text("The app on crm.harbor.localhost")


def test_the_launcher_tells_what_is_withheld_before_anybody_walks_into_it(harbor: Any, browse: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Galli", "staff", "sales")
    card = tom.page.locator(".app").filter(has_text="Customers")
    card.get_by_role("link", name="Blocked").click()
    expect(heading(tom)).to_have_text("You can view Customers from here")
    tom.clean()
