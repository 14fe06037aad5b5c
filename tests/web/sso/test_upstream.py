"""Signing in with an account elsewhere, as pages show it. Attacks on it are in `attacks/test_upstream.py`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, entry, harbor_with, issuer_at_work, leaves, links, returns, signs_in, way_on
from tests.web.conftest import Browser, House

from limen.clock import HOUR


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        more = "    accounts: created\n    groups: [staff]\n"
        yield await harbor_with(closing, tmp_path / "harbor", [there], entry(there, more=more))


@pytest.fixture
async def mia(house: House, there: FakeIssuer) -> Browser:
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    await links(browser, there)
    return browser


async def test_the_sign_in_page_offers_it_beside_the_passkey(house: House) -> None:
    page = (await house.browser().get("/sign-in?to=/sessions")).text
    assert "/sign-in/with/there?to=%2Fsessions" in page
    assert 'data-passkey="get"' in page
    assert "/sign-in/address" not in page  # with one service there is nothing to find out


async def test_a_page_says_so_when_it_does_not_work_and_leads_on(house: House, there: FakeIssuer) -> None:
    there.answers["/.well-known/openid-configuration"] = lambda handler: handler.reply(500, {})  # type: ignore[attr-defined]
    down = await house.browser().get("/sign-in/with/there?to=/sessions")
    assert down.status_code == 502
    assert 'href="/sign-in?to=%2Fsessions"' in down.text
    assert "http-equiv" not in down.text.lower()
    german = await house.browser().get("/sign-in/with/there", **{"accept-language": "de"})
    assert 'lang="de"' in german.text


async def test_where_one_is_signed_in_says_by_whom(house: House, mia: Browser, there: FakeIssuer) -> None:
    browser = house.browser()
    await signs_in(browser, there)
    page = (await browser.get("/sessions")).text
    assert page.count("There Works") == 1


async def test_signing_out_leads_to_signing_out_there(house: House, mia: Browser, there: FakeIssuer) -> None:
    browser = house.browser()
    await signs_in(browser, there)
    await browser.get("/sessions")
    out = await browser.post("/sign-out")
    assert out.headers["location"] == "/signed-out?issuer=there"
    assert "/signed-out/at/there" in (await browser.get(out.headers["location"])).text
    assert way_on(await browser.get("/signed-out/at/there")).startswith(f"{there.url}/bye?")
    await mia.get("/sessions")
    assert (await mia.post("/sign-out")).headers["location"] == "/signed-out"


async def test_too_weak_a_sign_in_is_followed_by_a_proof_here_or_there(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    """The company's policies want two factors for the portal: the passkey here, or both factors there."""
    browser = house.browser()
    await signs_in(browser, there)
    asked = await browser.get("/passkeys")
    if asked.status_code == 303:
        assert asked.headers["location"].startswith("/step-up?")
    house.clock.forward(HOUR)
    page = await browser.get("/step-up?app=limen&to=/passkeys")
    assert 'data-passkey="get"' in page.text
    there.person["acr"] = "phr"
    away = await browser.post("/step-up/with/there", app="limen", to="/passkeys")
    done = await returns(browser, there.authorize(way_on(away)))
    assert done.headers["location"] == "/onward?app=limen&to=%2Fpasskeys"
    event = house.events("step_up.succeeded")[0]
    assert (event.details["strength"], event.details["issuer"]) == (3, "there")


async def test_whoever_was_invited_may_use_their_account(house: House, there: FakeIssuer) -> None:
    link = await house.invite("Ben", "staff")
    browser = house.browser()
    await browser.get("/enrol")
    page = await browser.post("/enrol", token=link.token.reveal())
    assert 'action="/enrol/with/there"' in page.text
    browser.csrf = re.findall(r'name="csrf"[^>]*value="([^"]+)"', page.text)[0]
    away = await browser.post("/enrol/with/there", token=link.token.reveal())
    assert link.token.reveal() not in way_on(away)
    assert "prompt=login" in way_on(away)
    there.person = {"sub": "ben-there", "amr": ["mfa"]}
    done = await returns(browser, there.authorize(way_on(away)))
    assert (done.status_code, done.headers["location"]) == (303, "/onward?to=%2F")
    assert house.events("sign_in.succeeded")[0].actor == link.link.person_id
    assert link.link.id not in [one.id for one in await house.limen.identity.links.outstanding()]


async def test_an_address_leads_to_its_service(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        here, there = closing.enter_context(issuer_at_work()), closing.enter_context(issuer_at_work())
        entries = entry(here, "here").replace("harbor.example", "other.example"), entry(there, "there")
        house = await harbor_with(closing, tmp_path / "harbor", [here, there], *entries)
        browser = house.browser()
        assert "/sign-in/address" in (await browser.get("/sign-in")).text
        page = await browser.post("/sign-in/address", email="Mia@Harbor.example ", to="/sessions")
        assert way_on(page).startswith(there.url)
        assert "login_hint=Mia%40Harbor.example" in way_on(page)


async def test_a_new_person_is_let_in_with_their_account(house: House, there: FakeIssuer) -> None:
    there.person = {"sub": "new", "email": "new@harbor.example", "email_verified": True, "name": "New", "amr": ["mfa"]}
    browser = house.browser()
    assert (await signs_in(browser, there)).status_code == 303
    assert (await browser.get("/passkeys")).status_code == 200
    assert await leaves(house.browser())
