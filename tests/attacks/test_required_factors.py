# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Ways round a factor that is required: every entry point is tried without it, and none opens but to set it up."""

from __future__ import annotations

import re
from dataclasses import replace

import pyotp
import pytest
from tests.sso.client import Grafana, told_in
from tests.sso.conftest import grafana, house
from tests.web.conftest import ORIGIN, PASSWORD, Browser, House, browser
from tests.web.portal.test_sign_in import _with_password

from limen.clock import DAY, MINUTE
from limen.demo.software_passkey import SoftwarePasskey
from limen.facts import EVERYONE, Factor, Needed, RequiredFactor, RequiredFactors
from limen.facts.tokens import token_hash
from limen.policy.decision import Effect, Named, Request
from limen.web.build import declared
from limen.web.permissions import VIEW

_CHANGING = re.compile(r'name="csrf" value="[^"]+"')
_SECRET = re.compile(r"limen_app_[0-9A-Za-z]{49}")


def require(house: House, needed: Needed = Needed.PASSKEY, *, days: float = -1) -> None:
    at = house.clock.now() + int(days * DAY)
    house.limen.known.set_required_factors(RequiredFactors((RequiredFactor(EVERYONE, needed, "2026-11-23", at),)))


async def mia_with_a_password(house: House, browser: Browser) -> str:
    return await _with_password(house, browser, await house.invite("Mia", "staff"))


async def signs_in(house: House, browser: Browser, seed: str, to: str = "/") -> str:
    house.clock.forward(MINUTE)
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    await browser.get("/sign-in")
    done = await browser.post("/sign-in", email="mia@harbor.example", password=PASSWORD, code=code, to=to)
    assert done.status_code == 303
    return str(done.headers["location"])


async def test_no_page_opens_by_its_address_but_those_that_set_it_up(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    require(house)
    opened = set()
    for method, path in declared().routes:
        if method != "GET" or "{" in path or declared().routes[method, path].permission != VIEW:
            continue
        answer = await browser.get(path)
        if answer.status_code == 200:
            opened.add(path)
        elif path != "/first-day":  # it leads home, which leads there
            assert answer.headers["location"].startswith("/required-factors?to=%2F"), path
    setting_up = {"/passkeys", "/passkeys/password", "/passkeys/authenticator", "/required-factors"}
    assert opened == setting_up | {"/account"}, "and what ends everything that may be in other hands"
    await browser.get("/passkeys")
    for path in ("/tokens/new", "/passkeys/codes", "/passkeys/second", "/sessions/end-others", "/records/copy"):
        answer = await browser.post(path, app="wiki", actions="view", days="90", name="x")
        assert answer.headers["location"].startswith("/required-factors"), path
    assert not house.events("token.made")


async def test_nothing_of_the_console_opens_to_an_administrator_who_lacks_it(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await _with_password(house, browser, await house.invite("Mia", "staff", "administrators"))
    require(house)
    for path in ("/console", "/console/people", "/console/settings"):
        assert (await browser.get(path)).headers["location"].startswith("/not-yet?decision="), path


async def test_no_app_opens_in_a_session_that_was_there_before(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    there = await house.into(browser, "wiki")
    assert (await there.get("/")).status_code == 502  # permitted; nothing is listening
    require(house, days=0.01)
    assert (await there.get("/")).status_code == 502
    house.clock.forward(DAY // 50)
    refused = await there.get("/", **{"sec-fetch-mode": "navigate"})
    assert "/not-yet?decision=" in refused.headers["location"]
    page = await browser.get(refused.headers["location"].removeprefix(ORIGIN))
    assert 'href="/required-factors"' in page.text
    again = await browser.get(f"{refused.headers['location'].removeprefix(ORIGIN)}&check=now")
    assert 'href="/required-factors"' in again.text


async def test_a_stream_that_is_open_ends_when_the_time_is_over(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    known, doors = house.limen.known, house.limen.doors
    await house.into(browser, "wiki")
    (session,) = [one for one in known.sessions.values() if one.app == "wiki"]
    require(house, days=0.01)
    answer = doors.decide_session("gateway", known.apps["wiki"], session, Request("view"), "203.0.113.7")
    assert answer.effect is Effect.PERMIT
    assert doors.re_check(answer, "203.0.113.7") == ("", known.required_factors.rows[0].at)
    assert answer.decision is not None
    assert answer.decision.valid_until == known.required_factors.rows[0].at
    house.clock.forward(DAY // 50)
    assert doors.re_check(answer, "203.0.113.7") == (Named.FACTOR_MISSING, None)


async def test_a_token_made_before_opens_nothing_until_it_is_set_up(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    await browser.get("/tokens/new?app=wiki")
    made = await browser.post("/tokens/new", app="wiki", actions="view", days="90", name="git")
    secret = _SECRET.findall(made.text)[0]
    known, engine = house.limen.known, house.limen.core.engine()
    ask = {"authorization": f"Bearer {secret}"}
    there = house.browser("https://wiki.harbor.localhost")
    assert (await there.get("/", **ask)).status_code == 502
    require(house)
    assert (await there.get("/", **ask)).status_code == 403
    _, _, facts = known.admit_with_token(token_hash(secret.encode()), known.apps["wiki"], "", house.clock.now())
    decision = engine.decide(Request("view"), facts, house.clock.now())
    assert decision.reasons[0].policy == Named.FACTOR_MISSING


async def test_no_code_and_no_refresh_of_an_app_that_signs_people_in(
    house: House, browser: Browser, grafana: Grafana
) -> None:
    await mia_with_a_password(house, browser)
    tokens = await grafana.tokens(browser)
    require(house)
    assert (await browser.get(grafana.way())).headers["location"].startswith("/not-yet?decision=")
    assert told_in(await browser.get(grafana.way(prompt="none")))["error"] == "access_denied"
    if "refresh_token" in tokens:
        renewed = await grafana.post("/oidc/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert renewed.status_code == 400


async def test_proving_again_does_not_stand_in_for_it(house: House, browser: Browser) -> None:
    seed = await mia_with_a_password(house, browser)
    require(house)
    house.clock.forward(MINUTE)
    await browser.get("/step-up?app=limen&to=/tokens")
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    done = await browser.post("/step-up", app="limen", to="/tokens", password=PASSWORD, code=code)
    assert done.headers["location"].startswith("/onward?")
    assert (await browser.get("/tokens")).headers["location"].startswith("/required-factors")


async def test_onboarding_lets_nobody_pass_who_lacks_it(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    known, now = house.limen.known, house.clock.now()
    known.people.put(replace(known.people[house.id_of("mia@harbor.example")], groups=frozenset()))
    app = replace(known.apps["wiki"], onboarding_until=now + DAY)
    (session,) = [one for one in known.sessions.values() if not one.app]
    engine = house.limen.core.engine()
    assert engine.decide(Request("view"), known.facts(session, app, ""), now).is_permit
    require(house)
    assert not engine.decide(Request("view"), known.facts(session, app, ""), now).is_permit


async def test_what_is_required_is_told_to_nobody_who_is_not_signed_in(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    stranger = house.browser(address="198.51.100.4")
    before = [await stranger.get("/sign-in"), await stranger.get("/required-factors?to=/")]
    wrong = await stranger.post("/sign-in", email="mia@harbor.example", password="wrong wrong wrong")
    require(house)
    after = [await stranger.get("/sign-in"), await stranger.get("/required-factors?to=/")]
    again = await stranger.post("/sign-in", email="mia@harbor.example", password="wrong wrong wrong")
    nobody = await stranger.post("/sign-in", email="nobody@harbor.example", password="wrong wrong wrong")
    assert [one.status_code for one in before] == [one.status_code for one in after] == [200, 303]
    assert after[1].headers["location"].startswith("/sign-in?to=")
    said = {_CHANGING.sub("", one.text.replace("nobody@", "mia@")) for one in (wrong, again, nobody)}
    assert len(said) == 1
    assert wrong.status_code == again.status_code == nobody.status_code


async def test_the_way_on_never_leads_to_another_host(house: House, browser: Browser) -> None:
    await mia_with_a_password(house, browser)
    require(house, days=3)
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = await browser.client.get("/required-factors", params={"to": to})
        assert re.findall(r'href="([^"]*)">Later<', page.text) == ["/"], to
        assert not re.search(r'="(https?:)?[/\\]+evil|="javascript:', page.text), to
    house.limen.known.set_required_factors(RequiredFactors())
    gone = await browser.client.get("/required-factors", params={"to": "https://evil.example/"})
    assert gone.headers["location"] == "/onward?to=%2F"


async def test_setting_it_up_opens_everything_at_once_and_removing_it_shuts_it_again(
    house: House, browser: Browser
) -> None:
    seed = await mia_with_a_password(house, browser)
    require(house)
    page = await browser.get("/required-factors?to=/tokens")
    assert page.status_code == 200
    assert ">Later<" not in page.text
    options = (await browser.send("/passkeys/options")).json()["options"]
    added = await browser.send(
        "/passkeys/add", credential=browser.passkey.create(options), to="/required-factors?to=/tokens"
    )
    assert added.json() == {"location": "/required-factors?to=/tokens"}
    assert (await browser.get("/required-factors?to=/tokens")).headers["location"] == "/onward?to=%2Ftokens"
    assert (await browser.get("/tokens")).status_code == 200
    (session,) = [one for one in house.limen.known.sessions.values() if not one.app]
    await browser.step_up("limen")
    await browser.get("/passkeys")
    away = SoftwarePasskey(origin=ORIGIN)
    options = (await browser.send("/passkeys/options")).json()["options"]
    elsewhere = await browser.send("/passkeys/add", credential=away.create(options), to="https://evil.example/")
    assert elsewhere.json() == {"location": "/passkeys?done=added"}
    for held in (await house.limen.identity.factors.of_person(session.person_id)).passkeys:
        await house.limen.identity.factors.remove_of(session.person_id, Factor.PASSKEY, held.id, by=session.person_id)
    again = house.browser()
    assert (await signs_in(house, again, seed, "/tokens")).startswith("/onward?to=%2Frequired-factors")
    assert (await again.get("/tokens")).headers["location"].startswith("/required-factors")
