"""What Limen records about you: one's own events, from the journal, and nobody else's."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House

from limen.cedar import PolicySet
from limen.events import KINDS
from limen.web.portal import records
from limen.web.portal.records import FAMILIES, OTHER, family

INNER = {"workload", "limen", "journal", "backup", "key", "disk"}


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
    assert "Everybody who works here (" not in page


async def test_who_can_look_is_told_from_all_three_actions_and_also_of_single_people(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.administrator(house.browser())
    await house.member(browser, "Mia", "staff")
    page = (await browser.get("/records")).text
    titles = {group: house.limen.known.groups[group].title for group in ("auditors", "helpdesk", "administrators")}
    assert all(f"{title} (" in page for title in titles.values())
    text = f'permit (principal == Person::"{ada}", action == Action::"audit", resource == App::"limen");'
    for policies, said in ((text, "Ada Harbor (1 person)"), ("permit (principal, action, resource);", "(2 people)")):
        parsed = PolicySet.parse(policies).policies
        monkeypatch.setattr(records, "policies_about", lambda *_, found=parsed: found)
        assert said in (await browser.get("/records")).text


async def test_a_stranger_signs_in_first(house: House, browser: Browser) -> None:
    assert (await browser.get("/records")).headers["location"] == "/sign-in?to=%2Frecords"


def test_each_kind_of_event_that_is_about_people_is_named() -> None:
    words = {kind.partition(".")[0] for kind in KINDS} - INNER
    assert words <= set(FAMILIES)
    assert family("journal.sealed") == OTHER
