"""A factor that is required: the nudge, the day after, and setting it up; in German, on a phone."""

from __future__ import annotations

import re
from typing import Any

import pyotp
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading

from limen.clock import DAY
from limen.facts import Needed, RequiredFactor, RequiredFactors
from limen.identity.model import Visitor

PASSWORD = "tidal marble lantern fox"


def require(harbor: Any, days: float) -> None:
    async def put() -> None:
        at = harbor.limen.clock.now() + int(days * DAY)
        row = RequiredFactor("contractors", Needed.PASSKEY, "2026-11-30", at)
        harbor.limen.known.set_required_factors(RequiredFactors((row,) if days else ()))

    harbor.run(put())


def enrolled(harbor: Any, name: str) -> str:
    """Somebody with a password and a code; returns the seed."""
    link, visitor = harbor._invited(name, ("contractors",)), Visitor("203.0.113.9", "Firefox", "b" * 43)
    token, enrolment = link.token.reveal(), harbor.limen.identity.enrolment
    offer = harbor.run(enrolment.code_offer(token, visitor))
    seed = offer.seed.replace(" ", "")
    code = pyotp.TOTP(seed).generate_otp(harbor.limen.clock.now() // 30_000 - 1)
    harbor.run(enrolment.with_password(token, visitor, PASSWORD, code, offer.ticket))
    return str(seed)


def sign_in(harbor: Any, browser: Any, seed: str, email: str) -> None:
    browser.page.goto(f"{harbor.origin}/sign-in")
    browser.page.locator("summary").first.click()
    browser.page.locator("input[name=email]").fill(email)
    browser.page.locator("input[name=password]").fill(PASSWORD)
    code = pyotp.TOTP(seed).generate_otp(harbor.limen.clock.now() // 30_000)
    browser.page.locator("input[name=code]").fill(code)
    browser.page.locator("form[action='/sign-in'] button").last.click()


def test_a_nudge_is_postponed_and_after_the_day_a_passkey_opens_everything(harbor: Any, browse: Any) -> None:
    seed = enrolled(harbor, "Nora Brandt")
    nora = browse(**PHONE, locale="de-DE")
    try:
        require(harbor, 5)
        sign_in(harbor, nora, seed, "nora.brandt@harbor.example")
        expect(heading(nora)).to_have_text("Sie brauchen einen Passkey")
        nora.clean()
        nora.page.get_by_role("link", name="Später").click()
        expect(nora.page.locator("main a[href='/required-factors']")).to_be_visible()
        nora.clean()
        require(harbor, -1)
        nora.page.goto(f"{harbor.origin}/sessions")
        expect(nora.page).to_have_url(re.compile("/required-factors"))
        expect(nora.page.get_by_role("link", name="Später")).to_have_count(0)
        nora.clean()
        nora.page.get_by_role("button", name="Passkey anlegen").click()
        expect(nora.page).to_have_url(f"{harbor.origin}/sessions")
        nora.clean()
    finally:
        require(harbor, 0)
