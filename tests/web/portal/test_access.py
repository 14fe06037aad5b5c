"""My access: groups, and what is open in each app."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House


async def test_it_says_which_actions_are_open_and_which_are_not(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    page = (await browser.get("/access")).text
    assert "Finance, Staff" in page
    row = re.search(r"<strong>Payroll</strong>.*?</tr>", page, re.DOTALL)
    assert row is not None
    shown = re.sub(r"<[^>]+>", "|", row[0])
    opened, shut, helps = (part for part in shown.split("|") if "View" in part or "Download" in part)
    assert opened.strip() == "Viewing, Editing"
    assert "Downloading" in shut.split(", ")[0]
    assert helps == "Downloading: Have this device enrolled and brought up to company standards."


async def test_it_names_the_same_as_the_list_and_the_page_and_says_what_would_open_it(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff", "sales")
    home, access, page = [(await browser.get(at)).text for at in ("/", "/access", "/withheld?app=crm")]
    named = re.search(r'href="/withheld\?app=crm">Blocked: ([A-Za-z, ]+)</a>', home)
    row = re.search(r"<strong>Customers</strong>.*?</tr>", access, re.DOTALL)
    assert named is not None
    assert row is not None
    assert set(named[1].split(", ")) <= set(re.findall(r"<li>([A-Za-z ]+): ", row[0]))
    assert "<li>Downloading: Have this device enrolled.</li>" in row[0]
    assert page.count('<li class="fails">') == len(named[1].split(", "))
    assert "Administering" not in page
