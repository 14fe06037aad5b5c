"""The three pages about a refusal speak one language each, and it is the one that was asked for."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request
from tests.web.conftest import Browser, House, decision_in

from limen.clock import HOUR, from_iso
from limen.errors import LimenError
from limen.identity.errors import SignInFailedError, SlowedError
from limen.policy.saying import Language, Words
from limen.policy.saying.english import WORDS
from limen.web.portal.speaking import Speech, speech

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
BERLIN = ZoneInfo("Europe/Berlin")
NOON = from_iso("2026-11-24T11:00:00Z")
SPOKEN = {
    word
    for key, word in WORDS.items()
    if key.startswith(("page.", "step.", "withheld.", "title.", "mend.", "holds.", "fails.")) and "{" not in word
} - {"Limen"}
"""Every English sentence of these pages."""


async def _refused(house: House, browser: Browser, app: str, path: str) -> str:
    there = await house.into(browser, app)
    return decision_in((await there.get(path, **NAVIGATION)).headers["location"])


async def _pages(house: House, browser: Browser) -> dict[str, str]:
    """The address of each of the three pages, for somebody in finance and sales."""
    await house.member(browser, "Mia", "staff", "finance", "sales")
    download = await _refused(house, browser, "payroll", "/export/november.csv")
    withheld = await _refused(house, browser, "crm", "/export/all")
    return {
        "not yet": f"/not-yet?decision={download}",
        "again": f"/not-yet?decision={download}&check=now",
        "withheld": f"/withheld?decision={withheld}",
        "before": "/withheld?app=crm",
        "step": f"/step-up?app=payroll&to=%2Frun&decision={download}",
        "limen": "/step-up?app=limen&to=%2F",
    }


def _said(page: str) -> list[str]:
    """All that a page says, a text at a time, with what is read out and never seen."""
    page = re.sub(r"<(style|svg|script)[ >].*?</\1>", "", page, flags=re.DOTALL)
    read_out = re.findall(r'(?:aria-label|title|data-copied|data-unused|data-no-passkeys)="([^"]*)"', page)
    return [unescape(" ".join(text.split())) for text in (*re.split(r"<[^>]+>", page), *read_out) if text.strip()]


async def test_nothing_that_a_page_says_of_itself_stays_english(house: House, browser: Browser) -> None:
    for name, address in (await _pages(house, browser)).items():
        english = (await browser.get(address)).text
        german = (await browser.get(address, **GERMAN)).text
        assert {one for one in _said(english) if one in SPOKEN}, name
        assert not {one for one in _said(german) if one.removesuffix(" · Harbor") in SPOKEN}, name
        assert re.findall(r"<html lang=\"(..)\"", english + german) == ["en", "de"], name


async def test_the_switch_changes_the_language_and_nothing_else_and_needs_no_cookie(
    house: House, browser: Browser
) -> None:
    for name, address in (await _pages(house, browser)).items():
        page = (await browser.get(address)).text
        (there,) = (unescape(one) for one in re.findall(r'<a href="([^"]*)" lang="de"', page))
        answered = await browser.get(there)
        assert '<html lang="de">' in answered.text, name
        assert "set-cookie" not in answered.headers, name
        (back,) = (unescape(one) for one in re.findall(r'<a href="([^"]*)" lang="en"', answered.text))
        assert (await browser.get(back, **GERMAN)).text.count('<html lang="en">') == 1, name


async def test_the_language_that_was_chosen_goes_along_to_check_again_and_to_the_proof(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    there = await house.into(browser, "payroll")
    for _ in range(3):
        house.clock.forward(int(1.5 * HOUR))
        await browser.get("/")
    decision = decision_in((await there.get("/run/2026-11", **NAVIGATION)).headers["location"])
    page = unescape((await browser.get(f"/not-yet?decision={decision}&lang=de")).text)
    links = re.findall(
        r'class="button [^"]*" href="(/(?:not-yet|step-up)[^"]*)"|class="button" href="(/step-up[^"]*)"', page
    )
    assert len(links) == 2
    assert all("".join(link).endswith("&lang=de") for link in links)
    assert "Angefragt <time" in page


@pytest.mark.parametrize("asked", ["fr", "DE", "de-DE", "<b>", "de&lang=en", "x" * 500])
async def test_a_language_that_there_is_not_is_never_repeated(house: House, browser: Browser, asked: str) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    decision = await _refused(house, browser, "payroll", "/export/november.csv")
    page = await browser.get(f"/not-yet?decision={decision}&lang={asked}")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "lang=fr" not in page.text
    assert "<b>" not in page.text


def _request(query: str, accepted: str = "") -> Request:
    headers = [(b"accept-language", accepted.encode())]
    return Request({"type": "http", "path": "/not-yet", "query_string": query.encode(), "headers": headers})


def _speech(site: Any, query: str, accepted: str = "", asked: str = "") -> Speech:
    return speech(site, _request(query, accepted), NOON, asked)


def test_what_was_asked_for_goes_before_what_the_browser_likes(house: House) -> None:
    site: Any = type("Site", (), {"ports": type("Ports", (), {"settings": house.limen.settings})})
    assert _speech(site, "decision=a", "de").language == "de"
    assert _speech(site, "decision=a&lang=en", "de").language == "en"
    assert _speech(site, "decision=a&lang=en", asked="de").language == "de"
    assert _speech(site, "decision=a&lang=fr", "de").language == "de"
    assert _speech(site, "decision=a", "de").onward("/withheld?app=a") == "/withheld?app=a"
    assert _speech(site, "decision=a&lang=de").onward("/withheld?app=a") == "/withheld?app=a&lang=de"
    assert [one.url for one in _speech(site, "lang=de").tongues] == ["/not-yet?lang=en", "/not-yet?lang=de"]


def _german() -> Speech:
    return Speech(Words(Language.GERMAN, BERLIN), NOON, "/not-yet")


def test_times_and_lengths_are_of_that_language() -> None:
    assert _german().about(1) == "etwa 1 Minute"
    said = str(_german().ago(NOON - 5 * HOUR))
    assert said == '<time datetime="2026-11-24T06:00:00.000Z" title="24.11.2026, 07:00 Uhr">vor 5 Stunden</time>'


def test_what_goes_wrong_with_a_proof_is_said_too_and_the_rest_says_what_it_is_written_in() -> None:
    assert _german().problem(SignInFailedError()).what.startswith("Das stimmt nicht überein")
    assert "in 2 Sekunden" in _german().problem(SlowedError(1_500)).what
    assert _german().problem(LimenError("It is odd", "look again")) == ("It is odd", "look again", "en")
