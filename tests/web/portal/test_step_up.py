"""Proving once more, over HTTP."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House, decision_in

from limen.clock import HOUR


async def _until_asked(house: House, browser: Browser) -> str:
    """Let the passkey grow old for payroll; the address that the refusal leads to."""
    there = await house.into(browser, "payroll", "/run/2026-11")
    for _ in range(3):
        house.clock.forward(int(1.5 * HOUR))
        await browser.get("/")
    asked = await there.get("/run/2026-11", **{"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"})
    assert asked.status_code == 303, asked.text
    return str(asked.headers["location"]).removeprefix("https://limen.harbor.localhost")


async def test_it_names_the_app_and_the_reason_and_never_a_threshold(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    page = await browser.get(await _until_asked(house, browser))
    assert page.status_code == 200
    main = re.sub(r"<[^>]+>", " ", page.text[page.text.index("<main") :])
    assert "Payroll" in main
    assert "really present" in main
    assert not re.search(r"\d+ ?(h|hours?|min)\b", main)


async def test_after_the_proof_the_browser_goes_back_to_the_app_it_came_from(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    await _until_asked(house, browser)
    before = browser.client.cookies["__Host-limen"]
    done = await browser.step_up("payroll", "/run/2026-11")
    assert done.json() == {"location": "https://payroll.harbor.localhost/run/2026-11"}
    assert browser.client.cookies["__Host-limen"] != before, "a stronger session has a new token"
    there = await house.into(browser, "payroll", "/run/2026-11")
    assert len(house.events("step_up.succeeded")) == 1
    answered = await there.get("/run/2026-11")
    assert answered.status_code == 502, "the door is open, and no app is behind it here"


async def test_where_it_leads_is_never_what_a_client_names(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        done = await browser.step_up("payroll", to)
        assert done.json()["location"] == "https://payroll.harbor.localhost/"
    page = await browser.get("/step-up?app=evil.example&to=/")
    assert page.status_code == 404


async def test_a_decision_of_somebody_else_explains_nothing_here(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    theirs = decision_in(await _until_asked(house, browser))
    other = house.browser(address="198.51.100.5")
    await house.member(other, "Otto", "staff", "finance")
    page = await other.get(f"/step-up?app=payroll&to=/&decision={theirs}")
    assert page.status_code == 200
    assert "really present" not in page.text


async def test_a_passkey_of_somebody_else_proves_nothing(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    other = house.browser(address="198.51.100.5")
    await house.member(other, "Otto", "staff")
    await browser.get("/step-up?app=payroll")
    options = (await browser.send("/step-up/options")).json()["options"]
    forged = other.passkey.get({**options, "allowCredentials": []})
    assert (await browser.send("/step-up/passkey", credential=forged, app="payroll", to="/")).status_code == 400
