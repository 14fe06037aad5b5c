"""From a one-time link to somebody who can sign in, over HTTP."""

from __future__ import annotations

import re
from html import unescape

import pyotp
from tests.web.conftest import PASSWORD, Browser, House

from limen.clock import HOUR


async def test_the_page_behind_a_link_says_nothing_until_it_is_told_the_secret(browser: Browser) -> None:
    page = await browser.get("/enrol")
    assert page.status_code == 200
    assert "data-link" in page.text
    assert "Create a passkey" not in page.text


async def test_the_link_names_the_company_and_the_person(house: House, browser: Browser) -> None:
    link = await house.invite("Mia", "staff")
    await browser.get("/enrol")
    page = await browser.post("/enrol", token=link.token.reveal())
    assert "Welcome to Harbor, Mia" in page.text
    assert "mia@harbor.example" in page.text


async def test_a_whole_link_pasted_by_hand_works_too(house: House, browser: Browser) -> None:
    link = await house.invite("Noor", "staff")
    await browser.get("/enrol")
    assert "Noor" in (await browser.post("/enrol", token=f" {link.url} ")).text


async def test_the_first_administrator_chooses_name_and_address(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    page = await browser.get("/")
    assert "Ada Harbor" in page.text
    assert "Console" in page.text


async def test_a_link_works_once_and_a_dead_one_says_so_without_details(house: House, browser: Browser) -> None:
    link = await house.invite("Otto", "staff")
    assert (await browser.enrol(link)).status_code == 200
    thief = house.browser(address="198.51.100.66")
    await thief.get("/enrol")
    said = []
    for token in (link.token.reveal(), "x" * 43):
        page = await thief.post("/enrol", token=token)
        assert page.status_code == 400
        assert "Otto" not in page.text
        said.append(page.text)
    assert said[0] == said[1], "a used link and an invented one look the same"


async def test_the_secret_of_a_link_stands_in_no_address(house: House, browser: Browser) -> None:
    link = await house.invite("Pia", "staff")
    await browser.get("/enrol")
    page = await browser.post("/enrol", token=link.token.reveal())
    assert page.status_code == 200
    assert f"?token={link.token.reveal()}" not in page.text
    assert (await browser.get(f"/enrol?token={link.token.reveal()}")).text.count(link.token.reveal()) == 0


async def test_a_short_password_is_refused_with_what_to_do_and_the_link_lives_on(
    house: House, browser: Browser
) -> None:
    token = (await house.invite("Quinn", "staff")).token.reveal()
    await browser.get("/enrol")
    await browser.post("/enrol", token=token)
    page = await browser.post("/enrol/code", token=token)
    assert "<svg" in page.text
    assert "style=" not in page.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    again = await browser.post("/enrol/password", token=token, ticket=ticket, password="short", code="000000")
    assert again.status_code == 400
    assert 'role="alert"' in again.text
    assert "short" not in again.text.replace("shorter", "")


def _shown(page: str) -> tuple[str, str]:
    """The seed that a page offers, and its ticket."""
    seed = re.search(r"<code>([A-Z2-7 ]{30,})</code>", page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert seed
    assert ticket
    return seed[1].replace(" ", ""), unescape(ticket[1])


async def _at_the_picture(house: House, browser: Browser) -> tuple[str, str, str]:
    token = (await house.invite("Rosa", "staff")).token.reveal()
    await browser.get("/enrol")
    await browser.post("/enrol", token=token)
    return (token, *_shown((await browser.post("/enrol/code", token=token)).text))


async def test_the_seed_that_was_scanned_stays_good_after_a_weak_password_and_a_wrong_code(
    house: House, browser: Browser
) -> None:
    token, seed, ticket = await _at_the_picture(house, browser)
    for password, code in (("short", "123456"), (PASSWORD, "000000"), (PASSWORD, "")):
        page = await browser.post("/enrol/password", token=token, ticket=ticket, password=password, code=code)
        assert page.status_code == 400
        assert _shown(page.text) == (seed, ticket)
        assert "delete the old entry" not in page.text
    code = pyotp.TOTP(seed).at(house.clock.now() // 1000)
    done = await browser.post("/enrol/password", token=token, ticket=ticket, password=PASSWORD, code=code)
    assert done.status_code == 303
    assert (await browser.get("/")).status_code == 200


async def test_when_the_ticket_is_over_a_new_picture_says_so_whatever_else_went_wrong(
    house: House, browser: Browser
) -> None:
    token, seed, ticket = await _at_the_picture(house, browser)
    house.clock.forward(HOUR)
    for password in ("short", PASSWORD):
        code = pyotp.TOTP(seed).at(house.clock.now() // 1000)
        page = await browser.post("/enrol/password", token=token, ticket=ticket, password=password, code=code)
        assert page.status_code == 400
        assert _shown(page.text)[0] != seed
        assert "Scan the new code" in page.text
        assert "delete the old entry" in page.text


async def test_a_ticket_of_another_browser_or_link_is_never_shown_again(house: House, browser: Browser) -> None:
    token, seed, ticket = await _at_the_picture(house, browser)
    thief = house.browser(address="198.51.100.66")
    await thief.get("/enrol")
    await thief.post("/enrol", token=token)
    assert _shown((await thief.post("/enrol/code", token=token, ticket=ticket)).text)[0] != seed
    other = (await house.invite("Sami", "staff")).token.reveal()
    assert _shown((await browser.post("/enrol/code", token=other, ticket=ticket)).text)[0] != seed


async def test_the_language_can_be_changed_without_the_link_once_more(house: House, browser: Browser) -> None:
    link = await house.invite("Pia", "staff")
    await browser.get("/enrol")
    page = await browser.post("/enrol", token=link.token.reveal())
    switch = re.search(r'<form class="tongues" method="post" action="/enrol".*?</form>', page.text, re.DOTALL)
    assert switch is not None
    assert link.token.reveal() in switch[0]
    german = await browser.post("/enrol", token=link.token.reveal(), language="de")
    assert "Willkommen bei Harbor, Pia" in german.text
    assert "__Host-limen-language=de" in german.headers["set-cookie"]
