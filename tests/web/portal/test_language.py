"""The switch at the foot of every page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.web.conftest import Browser, House


def _switch(page: str) -> dict[str, str]:
    form = re.search(r'<form class="tongues" method="post" action="/language".*?</form>', page, re.DOTALL)
    assert form is not None
    return {"to": unescape(re.search(r'name="to" value="([^"]*)"', form[0])[1])}  # type: ignore[index]


async def test_a_choice_is_kept_goes_back_to_its_page_and_before_what_the_browser_likes(
    house: House, browser: Browser
) -> None:
    page = (await browser.get("/sign-in?to=/access")).text
    done = await browser.post("/language", **_switch(page), language="de")
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in?to=/access")
    kept = done.headers["set-cookie"]
    assert kept.startswith("__Host-limen-language=de; ")
    assert all(word in kept for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    again = (await browser.get("/sign-in", **{"accept-language": "en"})).text
    assert '<html lang="de">' in again
    assert 'value="de" lang="de" aria-current="true"' in again


async def test_it_is_chosen_as_well_by_whoever_is_signed_in(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    page = (await browser.get("/passkeys")).text
    assert (await browser.post("/language", **_switch(page), language="de")).headers["location"] == "/passkeys"
    assert "Meine Passkeys" in (await browser.get("/passkeys")).text


@pytest.mark.parametrize("code", ["fr", "", "DE", "de\r\nset-cookie: a=b", "../../etc/passwd", "x" * 9_000])
async def test_a_language_that_there_is_not_is_no_choice(house: House, browser: Browser, code: str) -> None:
    await browser.get("/sign-in")
    done = await browser.post("/language", to="/", language=code)
    assert done.status_code == 400
    assert "limen-language" not in done.headers.get("set-cookie", "")


async def test_nobody_else_chooses_and_nobody_is_led_away(house: House, browser: Browser) -> None:
    await browser.get("/sign-in")
    done = await browser.post("/language", to="https://evil.example/", language="de")
    assert done.headers["location"] == "/"
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    sent = {"csrf": browser.csrf, "language": "de"}
    assert (await browser.client.post("/language", data=sent, headers=foreign)).status_code == 403
