"""A page speaks one language, and it is the one that was chosen."""

from __future__ import annotations

import re
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request
from tests.web.conftest import Browser, House, decision_in

from limen.clock import HOUR, from_iso
from limen.errors import LimenError
from limen.identity.errors import SignInFailedError, SlowedError, UnfitError, UnknownError
from limen.messages import Language, catalogue
from limen.web.localizer import Localizer, language_for, one_of

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
BERLIN = ZoneInfo("Europe/Berlin")
NOON = from_iso("2026-11-24T11:00:00Z")
BOTH = (Language.ENGLISH, Language.GERMAN)
SAYING = {
    word
    for key, (word,) in catalogue(Language.ENGLISH).messages.items()
    if key.startswith(("page.", "step.", "withheld.", "title.", "mend.", "holds.", "fails.")) and "{" not in word
} - {"Limen"}


def _messages() -> set[str]:
    """Every English text of the catalogue that German says in other words."""
    german = catalogue(Language.GERMAN).messages
    return {text for text, said in german.items() if text not in said and "%(" not in text and "<" not in text}


def _said(page: str) -> list[str]:
    """All that a page says, a text at a time, with what is read out and never seen."""
    page = re.sub(r"<(style|svg|script)[ >].*?</\1>", "", page, flags=re.DOTALL)
    read_out = re.findall(r'(?:aria-label|title|data-copied|data-unused|data-held|data-no-passkeys)="([^"]*)"', page)
    return [unescape(" ".join(text.split())) for text in (*re.split(r"<[^>]+>", page), *read_out) if text.strip()]


async def _refused(house: House, browser: Browser, app: str, path: str) -> str:
    there = await house.into(browser, app)
    return decision_in((await there.get(path, **NAVIGATION)).headers["location"])


async def test_no_page_is_half_german(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance", "sales")
    download = await _refused(house, browser, "payroll", "/export/november.csv")
    withheld = await _refused(house, browser, "crm", "/export/all")
    stranger, english = house.browser(), SAYING | _messages()
    addresses = (
        *(
            (browser, path)
            for path in ("/", "/passkeys?done=removed", "/sessions?done=ended", "/access", "/records", "/nowhere")
        ),
        (browser, f"/not-yet?decision={download}"),
        (browser, f"/not-yet?decision={download}&check=now"),
        (browser, f"/withheld?decision={withheld}"),
        (browser, f"/step-up?app=payroll&to=%2Frun&decision={download}"),
        (browser, "/onward?to=/"),
        *((stranger, path) for path in ("/sign-in", "/enrol", "/break-glass", "/signed-out", "/nowhere")),
    )
    for who, address in addresses:
        ours, theirs = await who.get(address), await who.get(address, **GERMAN)
        assert {one for one in _said(ours.text) if one in english}, address
        assert not {one for one in _said(theirs.text) if one.removesuffix(" · Harbor") in english}, address
        assert re.findall(r"<html lang=\"(..)\"", ours.text + theirs.text) == ["en", "de"], address
        assert (ours.headers["content-language"], theirs.headers["content-language"]) == ("en", "de")
        assert "accept-language" in theirs.headers["vary"]


async def test_what_a_script_is_answered_is_in_the_language_of_its_page(house: House, browser: Browser) -> None:
    await browser.get("/sign-in")
    headers = {"origin": "https://limen.harbor.localhost", "sec-fetch-site": "same-origin", **GERMAN}
    sent = {"csrf": browser.csrf, "credential": {}}
    answered = await browser.client.post("/sign-in/passkey", json=sent, headers=headers)
    assert answered.json()["what"] == "Das stimmt nicht"


def _request(path: str, accepted: str = "", cookies: str = "") -> Request:
    headers = [(b"accept-language", accepted.encode("latin-1")), (b"cookie", cookies.encode("latin-1"))]
    return Request({"type": "http", "path": path, "query_string": b"", "headers": headers, "server": ("a", 1)})


@pytest.mark.parametrize(
    ("path", "accepted", "cookies", "offered", "said"),
    [
        ("/", "", "", BOTH, "en"),
        ("/", "de", "", BOTH, "de"),
        ("/", "fr,de;q=0.3", "", BOTH, "de"),
        ("/", "fr", "", BOTH[::-1], "de"),
        ("/", "de", "__Host-limen-language=en", BOTH, "en"),
        ("/", "", "a=b; __Host-limen-language=de", BOTH, "de"),
        ("/", "de", "__Host-limen-language=en", BOTH[1:], "de"),
        ("/", "de", "__Host-limen-language=fr", BOTH, "de"),
        ("/", "de", "__Host-limen-language=en; __Host-limen-language=en", BOTH, "de"),
        ("/console/people", "de", "__Host-limen-language=de", BOTH, "en"),
        ("/consoles", "de", "", BOTH, "de"),
    ],
)
def test_the_cookie_goes_before_the_browser_and_the_browser_before_the_company(
    path: str, accepted: str, cookies: str, offered: tuple[Language, ...], said: str
) -> None:
    assert language_for(_request(path, accepted, cookies), offered) == said


def test_only_an_offered_code_is_a_language() -> None:
    assert one_of("de", BOTH) is Language.GERMAN
    assert [one_of(code, BOTH) for code in ("DE", "de-DE", "../de", "", "de\r\n")] == [None] * 5


def _german() -> Localizer:
    return Localizer(Language.GERMAN, BERLIN)


def test_times_lengths_and_numbers_are_of_that_language() -> None:
    german = _german()
    assert german.about(1) == "etwa 1 Minute"
    said = str(german.ago(NOON - 5 * HOUR, NOON))
    assert (
        said
        == '<time datetime="2026-11-24T06:00:00.000Z" title="Di., 24. Nov. 2026, 07:00:00 CET">vor 5 Stunden</time>'
    )
    assert (german.ago(0, NOON), german.number(12_345)) == ("nie", "12.345")
    assert (german.day_and_time(NOON), german.length(2 * HOUR)) == ("Dienstag um 12:00 Uhr", "2 Stunden")
    assert german.exact(NOON) in german.clock(NOON)


def test_what_goes_wrong_is_said_with_its_values_and_the_rest_says_what_it_is_written_in() -> None:
    german = _german()
    assert german.told(SignInFailedError()).what == "Das stimmt nicht"
    assert "in 2 Sekunden" in german.told(SlowedError(1_500)).fix
    assert german.told(UnfitError("name", "The name is too long", "use at most {most} characters", most=80)).fix == (
        "benutzen Sie höchstens 80 Zeichen"
    )
    assert german.told(UnknownError("passkey")) == ("Diesen Passkey gibt es nicht", "laden Sie die Seite neu", "de")
    assert german.told(LimenError("It is {odd}", "look again")) == ("It is {odd}", "look again", "en")
