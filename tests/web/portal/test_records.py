"""What Limen records about you: one's own events, from the journal, and nobody else's."""

from __future__ import annotations

from tests.web.conftest import Browser, House

from limen.events import KINDS, Owner
from limen.web.portal.records import OTHER, family


async def test_ones_own_entries_are_shown_and_nobody_elses(house: House, browser: Browser) -> None:
    ada = await house.administrator(house.browser())
    other = house.browser(address="198.51.100.9")
    await house.member(other, "Bob", "staff")
    await other.get("/")
    await house.member(browser, "Mia", "staff", "finance")
    there = await house.into(browser, "payroll")
    await there.get("/run/2026-11")
    house.limen.journal.flush()
    page = (await browser.get("/records")).text
    assert "Requests to apps, and how they were answered" in page
    assert "Your account and your groups" in page
    assert "Payroll" in page
    assert "<strong>A request to an app</strong>" in page
    assert "· Viewing" in page
    assert "/run/2026-11" not in page, "its pattern, never the path"
    assert "203.0.113.7" in page
    assert "198.51.100.9" not in page
    assert ada not in page
    assert "Bob" not in page


async def test_it_says_how_long_and_who_by_what_holds_now(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await house.member(browser, "Mia", "staff")
    page = (await browser.get("/records")).text
    assert f"{house.limen.settings.storage.journal_days} days" in page
    assert "(1 person)" in page
    assert "Staff (" not in page


async def test_it_agrees_with_the_notices_about_who_can_look_at_what(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await house.member(browser, "Mia", "staff")
    page = (await browser.get("/records")).text
    title = {group: house.limen.known.groups[group].title for group in ("auditors", "helpdesk", "administrators")}
    reading, helping = page.split("Who can read entries")[1].split("Who can see your account and sessions")
    assert f"{title['auditors']} (" in reading
    assert f"{title['administrators']} (" in reading
    assert title["helpdesk"] not in reading, "who helps reads no entries"
    assert f"{title['helpdesk']} (" in helping


async def test_a_stranger_signs_in_first(house: House, browser: Browser) -> None:
    assert (await browser.get("/records")).headers["location"] == "/sign-in?to=%2Frecords"


def test_each_kind_of_event_that_is_about_people_is_named() -> None:
    unnamed = {kind.topic.owner for name, kind in KINDS.items() if family(name) == OTHER}
    assert unnamed == {Owner.LIMEN}
    assert family("a.kind_of_tomorrow") == OTHER
