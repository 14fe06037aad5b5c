"""The administrator's first look: what is decided, live, and one decision down to each value it saw."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading


def test_decisions_appear_by_themselves_and_lead_to_every_value_they_saw(harbor: Any, browse: Any, ada: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Ahrens", "staff")
    ada.page.goto(harbor.origin + "/console/decisions?app=payroll", wait_until="load")
    expect(ada.page.get_by_text("Live", exact=True)).to_be_visible()
    tom.page.goto(harbor.on("wiki"))
    tom.page.goto(harbor.on("payroll", "/run/2026-11"))
    arrived = ada.page.locator("tr.fresh", has_text="Tom Ahrens")
    expect(arrived.first).to_contain_text("Denied")
    expect(ada.page.locator("tbody tr", has_text="Wiki")).to_have_count(0)
    ada.clean()

    arrived.first.get_by_role("link").first.click()
    expect(heading(ada)).to_contain_text("Tom Ahrens")
    expect(ada.page.locator("main")).to_contain_text("Finance runs payroll")
    expect(ada.page.locator("main")).to_contain_text("limen why")
    ada.clean()


def test_pausing_holds_rows_back_and_going_on_shows_them(harbor: Any, browse: Any, ada: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Bauer", "staff")
    ada.page.goto(harbor.origin + "/console/decisions?app=wiki", wait_until="load")
    expect(ada.page.get_by_text("Live", exact=True)).to_be_visible()
    ada.page.get_by_role("button", name="Pause").click()
    tom.page.goto(harbor.on("wiki"))
    expect(ada.page.get_by_text(re.compile("waiting"))).to_be_visible()
    expect(ada.page.locator("tr.fresh")).to_have_count(0)
    ada.page.get_by_role("button", name="Continue").click()
    expect(ada.page.locator("tr.fresh").first).to_be_visible()


def test_the_keyboard_alone_goes_anywhere(harbor: Any, ada: Any) -> None:
    harbor.invite("Tom Berger", "staff")
    ada.page.keyboard.press("Control+k")
    box = ada.page.get_by_role("combobox", name=re.compile("Page, person"))
    expect(box).to_be_focused()
    box.press_sequentially("tom berg")
    expect(ada.page.get_by_role("option")).to_have_count(1)
    expect(ada.page.get_by_role("option", name="Tom Berger")).to_have_attribute("aria-selected", "true")
    ada.clean()
    ada.page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    ada.page.keyboard.press("Control+k")
    box.fill("pay")
    expect(ada.page.get_by_role("option").first).to_contain_text("Payroll")
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("ArrowUp")
    ada.page.keyboard.press("Enter")
    expect(heading(ada)).to_have_text("Payroll")
    ada.page.goto(harbor.origin + "/console/people", wait_until="load")
    ada.page.keyboard.press("/")
    expect(ada.page.get_by_label("Name, address or group")).to_be_focused()
    ada.page.get_by_role("link", name=re.compile("Go to")).click()
    expect(box).to_be_focused()
    assert ada.problems == []


def test_somebody_who_may_not_administer_gets_not_yet_and_no_link(harbor: Any, browse: Any, ada: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Carlsen", "staff")
    expect(tom.page.get_by_role("link", name="Console")).to_have_count(0)
    tom.page.goto(harbor.origin + "/console/decisions")
    expect(heading(tom)).to_have_text("You don't have access to the admin console")
    tom.clean()


def test_an_invitation_is_shown_once_and_works(harbor: Any, browse: Any, ada: Any) -> None:
    new = browse()
    ada.page.goto(harbor.origin + "/console/people/invite")
    ada.page.get_by_label("Name").fill("Noor Haddad")
    ada.page.get_by_label("Email address").fill("noor@harbor.example")
    ada.page.locator("input[value=staff]").check()
    ada.page.get_by_role("button", name="Show the link").click()
    link = ada.page.locator("code", has_text="/enrol#").first
    expect(link).to_be_visible()
    ada.clean()
    new.enrol(link.inner_text())
    expect(heading(new)).to_have_text("Your apps")
    ada.page.goto(harbor.origin + "/console/people")
    expect(ada.page.get_by_role("link", name="Noor Haddad")).to_be_visible()


def test_ending_somebodys_sessions_shuts_their_apps_at_the_next_request(harbor: Any, browse: Any, ada: Any) -> None:
    tom = browse()
    harbor.arrive(tom, "Tom Dorn", "staff")
    tom.page.goto(harbor.on("wiki"))
    expect(heading(tom)).to_contain_text("The app on wiki")
    ada.page.goto(f"{harbor.origin}/console/people/{harbor.people['Tom Dorn']}")
    ada.page.get_by_role("button", name="End all sessions and tokens").click()
    expect(ada.page.get_by_role("status")).to_contain_text("ended")
    ada.page.get_by_role("link", name="Timeline").click()
    expect(heading(ada)).to_have_text("Timeline of Tom Dorn")
    ended = ada.page.locator(".timeline li", has_text="All sessions were ended")
    expect(ended.first).to_contain_text("Ada Lindqvist")
    ada.clean()
    ada.page.get_by_role("link", name="Sign-ins").click()
    expect(ada.page.locator(".timeline li").first).to_contain_text("Signed in")
    tom.page.route("**/sign-in/options", lambda route: route.abort())  # so that the passkey does not answer by itself
    tom.page.goto(harbor.on("wiki"))
    expect(heading(tom)).to_have_text("Sign in to Harbor")
