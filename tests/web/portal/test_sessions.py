"""My sessions: seen, and ended; refused at their very next request."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House


async def _two(house: House, browser: Browser) -> Browser:
    await house.member(browser, "Mia", "staff")
    phone = house.browser(address="198.51.100.30")
    phone.passkey = browser.passkey
    assert (await phone.sign_in()).status_code == 200
    return phone


async def test_the_session_one_is_in_is_marked_and_the_other_is_listed(house: House, browser: Browser) -> None:
    await _two(house, browser)
    page = (await browser.get("/sessions")).text
    assert page.count("This session") == 1
    assert "198.51.100.30" in page
    assert "Firefox on Linux" in page


async def test_ending_the_other_session_is_felt_at_its_next_request(house: House, browser: Browser) -> None:
    phone = await _two(house, browser)
    there = await house.into(phone, "wiki")
    page = (await browser.get("/sessions")).text
    lines = [line for line in page.split("<li>") if "/end" in line and "This session" not in line]
    other = re.findall(r"/sessions/(s_[0-9a-f]+)/end\"", lines[-1])[0]
    assert (await browser.post(f"/sessions/{other}/end")).headers["location"] == "/sessions?done=ended"
    assert (await phone.get("/")).headers["location"].startswith("/sign-in")
    assert (await there.get("/")).status_code in {303, 401}
    assert (await browser.get("/")).status_code == 200


async def test_all_others_end_at_once(house: House, browser: Browser) -> None:
    phone = await _two(house, browser)
    await browser.get("/sessions")
    await browser.post("/sessions/end-others")
    assert (await phone.get("/")).status_code == 303
    assert (await browser.get("/")).status_code == 200


async def test_somebody_elses_session_can_not_be_ended(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    other = house.browser(address="198.51.100.5")
    await house.member(other, "Otto", "staff")
    theirs = re.findall(r"/sessions/(s_[0-9a-f]+)/end", (await browser.get("/sessions")).text)[0]
    await other.get("/sessions")
    assert (await other.post(f"/sessions/{theirs}/end")).status_code == 400
    assert (await browser.get("/")).status_code == 200
