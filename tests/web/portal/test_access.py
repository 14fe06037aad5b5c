"""My access: groups, and what is open in each app."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House


async def test_it_says_which_actions_are_open_and_which_are_not(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    page = (await browser.get("/access")).text
    assert "Finance, Everybody who works here" in page
    row = re.search(r"<strong>Payroll</strong>.*?</tr>", page, re.DOTALL)
    assert row is not None
    shown = re.sub(r"<[^>]+>", "|", row[0])
    opened, shut = (part for part in shown.split("|") if "view" in part or "download" in part)
    assert opened.strip() == "view, edit"
    assert shut.strip() == "download, administer"
