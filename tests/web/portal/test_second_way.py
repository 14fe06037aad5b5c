"""My password and my code: changed, set and removed by their pages, each told by mail, and never the last way in."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select
from tests.web.conftest import PASSWORD, Browser, House
from tests.web.portal.test_sign_in import _with_password

from limen.clock import MINUTE
from limen.mail.store import mails

CLEO = "cleo@harbor.example"
OTHER = "harvest velvet canoe thistle"
AT_PASSWORD, AT_CODE = "/passkeys/password", "/passkeys/authenticator"


def offered(text: str) -> tuple[str, str]:
    """The seed that a page offers, and its ticket."""
    seed, ticket = re.search(r"<code>([A-Z2-7 ]+)</code>", text), re.search(r'name="ticket" value="([^"]+)"', text)
    assert seed
    assert ticket
    return seed[1].replace(" ", ""), ticket[1]


def code_of(house: House, seed: str) -> str:
    return pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)


async def signs_in(house: House, password: str, seed: str) -> bool:
    house.clock.forward(MINUTE)
    fresh = house.browser(address="198.51.100.44")
    await fresh.get("/sign-in")
    done = await fresh.post("/sign-in", email=CLEO, password=password, code=code_of(house, seed))
    return done.status_code == 303


def told(house: House) -> int:
    return len(
        house.limen.database.read(
            lambda s: s.connection.execute(select(mails.c.id).where(mails.c.about.startswith("told_"))).all()
        )
    )


async def test_a_password_is_changed_and_its_length_is_said_before_it_is_wrong(house: House, browser: Browser) -> None:
    seed = await _with_password(house, browser, await house.invite("Cleo", "staff"))
    page = (await browser.get(AT_PASSWORD)).text
    assert 'minlength="12"' in page
    assert "12 to 128 characters" in page
    assert 'name="code"' not in page
    before = told(house)
    short = await browser.post(AT_PASSWORD, password="short")
    assert short.status_code == 400
    assert "short" not in re.sub(r"<[^>]+>", "", short.text)
    assert (await browser.post(AT_PASSWORD, password=OTHER)).headers["location"] == "/passkeys?done=password"
    assert told(house) == before + 1
    assert not await signs_in(house, PASSWORD, seed)
    assert await signs_in(house, OTHER, seed)


async def test_a_new_code_makes_the_old_one_worthless(house: House, browser: Browser) -> None:
    old = await _with_password(house, browser, await house.invite("Cleo", "staff"))
    seed, ticket = offered((await browser.get(AT_CODE)).text)
    wrong = await browser.post(AT_CODE, code="000000", ticket=ticket)
    assert wrong.status_code == 400
    assert offered(wrong.text) == (seed, ticket), "what was scanned stays right"
    done = await browser.post(AT_CODE, code=code_of(house, seed), ticket=ticket)
    assert done.headers["location"] == "/passkeys?done=code"
    assert not await signs_in(house, PASSWORD, old)
    assert await signs_in(house, PASSWORD, seed)


async def test_the_last_way_in_is_not_removed_and_beside_a_passkey_each_goes(house: House, browser: Browser) -> None:
    await _with_password(house, browser, await house.invite("Cleo", "staff"))
    page = await browser.get("/passkeys")
    assert "Remove password" in page.text
    for path in (AT_PASSWORD, AT_CODE):
        refused = await browser.post(f"{path}/remove")
        assert refused.status_code == 400
    options = (await browser.send("/passkeys/options")).json()["options"]
    await browser.send("/passkeys/add", credential=browser.passkey.create(options))
    await browser.step_up("limen", "/passkeys")
    await browser.get("/passkeys")
    before = told(house)
    assert (await browser.post(f"{AT_CODE}/remove")).status_code == 400, "a password alone is too easily stolen"
    assert (await browser.post(f"{AT_PASSWORD}/remove")).headers["location"] == "/passkeys?done=password-removed"
    assert (await browser.post(f"{AT_CODE}/remove")).headers["location"] == "/passkeys?done=code-removed"
    assert (await browser.post(f"{AT_CODE}/remove")).status_code == 400
    held = await house.limen.identity.factors.of_person(house.id_of(CLEO))
    assert (held.has_password, held.has_code, len(held.passkeys)) == (False, False, 1)
    assert told(house) == before + 2
    said = [event.details["factor"] for event in house.events("factor.removed")]
    assert sorted(map(str, said)) == ["code", "password"]


async def test_who_has_a_passkey_sets_both_at_once_or_neither(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    seed, ticket = offered((await browser.get(AT_PASSWORD)).text)
    assert (await browser.post(AT_PASSWORD, password=PASSWORD)).status_code == 400
    assert not (await house.limen.identity.factors.of_person(mia)).has_password
    done = await browser.post(AT_PASSWORD, password=PASSWORD, code=code_of(house, seed), ticket=ticket)
    assert done.status_code == 303
    held = await house.limen.identity.factors.of_person(mia)
    assert (held.has_password, held.has_code) == (True, True)


@pytest.mark.parametrize("path", [AT_PASSWORD, AT_CODE])
async def test_an_old_proof_is_asked_for_again_first(house: House, browser: Browser, path: str) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    house.clock.forward(11 * MINUTE)
    for answer in (
        await browser.get(path),
        await browser.post(path, password=OTHER),
        await browser.post(f"{path}/remove"),
    ):
        assert answer.headers["location"].startswith("/step-up?app=limen"), path


async def test_the_pages_speak_german(house: House, browser: Browser) -> None:
    await _with_password(house, browser, await house.invite("Cleo", "staff"))
    for path in ("/passkeys", AT_PASSWORD, AT_CODE):
        page = await browser.get(path, **{"accept-language": "de"})
        assert "Passwort" in page.text or "Authenticator-Code" in page.text
