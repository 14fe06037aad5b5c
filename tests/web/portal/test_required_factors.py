"""What I must set up: told when I sign in, postponed while there is time, and left by itself once it is done."""

from __future__ import annotations

import pyotp
from tests.web.conftest import PASSWORD, Browser, House
from tests.web.portal.test_sign_in import _with_password

from limen.clock import DAY, MINUTE
from limen.facts import EVERYONE, Needed, RequiredFactor, RequiredFactors

HERE = "/required-factors"


def require(house: House, needed: Needed, days: float) -> None:
    at = house.clock.now() + int(days * DAY)
    house.limen.known.set_required_factors(RequiredFactors((RequiredFactor(EVERYONE, needed, "2026-11-30", at),)))


async def sign_in(house: House, seed: str) -> tuple[Browser, str]:
    house.clock.forward(MINUTE)
    browser = house.browser()
    await browser.get("/sign-in")
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    done = await browser.post("/sign-in", email="mia@harbor.example", password=PASSWORD, code=code, to="/tokens")
    return browser, str(done.headers["location"])


async def test_a_nudge_comes_at_sign_in_and_can_be_postponed(house: House, browser: Browser) -> None:
    seed = await _with_password(house, browser, await house.invite("Mia", "staff"))
    require(house, Needed.PASSKEY, 5)
    mia, location = await sign_in(house, seed)
    assert location == "/onward?to=%2Frequired-factors%3Fto%3D%252Ftokens"
    page = await mia.get(f"{HERE}?to=/tokens")
    assert '<a href="/tokens">Later</a>' in page.text
    assert "29 Nov 2026" in page.text
    assert (await mia.get("/tokens")).status_code == 200
    home = await mia.get("/")
    assert f'href="{HERE}"' in home.text
    assert "29. Nov" in (await mia.get(HERE, **{"accept-language": "de"})).text


async def test_who_has_it_sees_nothing_of_it(house: House, browser: Browser) -> None:
    await house.member(browser, "Ben", "staff")
    require(house, Needed.PASSKEY, 5)
    other = house.browser()
    other.passkey = browser.passkey
    assert (await other.sign_in("/tokens")).json() == {"location": "/tokens"}
    assert HERE not in (await other.get("/")).text
    assert (await other.get(f"{HERE}?to=/tokens")).headers["location"] == "/onward?to=%2Ftokens"


async def test_two_factors_are_met_by_a_password_with_a_code(house: House, browser: Browser) -> None:
    seed = await _with_password(house, browser, await house.invite("Mia", "staff"))
    require(house, Needed.TWO_FACTORS, -1)
    assert (await sign_in(house, seed))[1] == "/onward?to=%2Ftokens"


async def test_a_step_up_is_no_new_sign_in(house: House, browser: Browser) -> None:
    seed = await _with_password(house, browser, await house.invite("Mia", "staff"))
    require(house, Needed.PASSKEY, 5)
    house.clock.forward(MINUTE)
    await browser.get("/step-up?app=limen&to=/tokens")
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    done = await browser.post("/step-up", app="limen", to="/tokens", password=PASSWORD, code=code)
    assert HERE not in done.headers["location"]


async def test_whom_to_ask_is_said(house: House, browser: Browser) -> None:
    await _with_password(house, browser, await house.invite("Mia", "staff"))
    require(house, Needed.PASSKEY, -1)
    help_of_harbor = house.limen.settings.help.contact
    assert (help_of_harbor or "your administrator") in (await browser.get(HERE)).text
