# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Ways back in for who lost a device, in the hands of those who lost nothing: replayed, guessed, raced, forged."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.web.conftest import PASSWORD, Browser, House, browser, house
from tests.web.console.conftest import Console, console
from tests.web.portal.test_recovery import MIA, made

from limen.clock import HOUR, MINUTE
from limen.demo.software_passkey import SoftwarePasskey
from limen.facts import SessionState
from limen.web.build import declared
from limen.web.permissions import CHANGE

WHY = "She sat before me."
LINK = re.compile(r"/enrol#([\w-]+)")


async def opened(browser: Browser, token: str) -> int:
    await browser.get("/enrol")
    return (await browser.post("/enrol", token=token)).status_code


async def test_a_code_raced_guessed_or_typed_for_somebody_else_opens_nothing_more(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff")
    otto = house.browser(address="198.51.100.8")
    await house.member(otto, "Otto", "staff")
    code, other = (await made(browser))[:2]
    thieves = [house.browser(address=f"192.0.2.{n}") for n in range(3)]
    for thief in thieves:
        await thief.get("/lost-device")
    assert (await thieves[0].post("/lost-device", email="otto@harbor.example", code=code)).status_code == 400
    raced = await asyncio.gather(*(thief.post("/lost-device", email=MIA, code=code) for thief in thieves[:2]))
    assert sorted(one.status_code for one in raced) == [200, 400]
    assert all("__Host-limen=" not in one.headers.get("set-cookie", "") for one in raced)
    for email in (MIA, "nobody@harbor.example"):
        later = house.clock.now() + 48 * HOUR  # what was counted before is forgotten by then
        house.clock.now = lambda at=later: at  # type: ignore[misc] -- stands still, so that no delay runs out
        tries = [await thieves[2].post("/lost-device", email=email, code="0" * 16) for _ in range(12)]
        said = [one.status_code for one in tries]
        assert (said[:10], said[-1]) == ([400] * 10, 429), email
        right = await thieves[2].post("/lost-device", email=email, code=other)
        assert right.status_code == 429, "right or not, it is not looked at"
    without = await house.browser().client.post("/lost-device", data={"email": MIA, "code": other})
    assert without.status_code == 403
    assert not any(other in str(event) or code in str(event) for event in house.events("recovery.refused"))


async def test_a_pass_is_nobody_elses_twice_late_or_for_an_administrator(console: Console) -> None:
    house = console.house
    eve, helper, thief = house.browser(), house.browser(), house.browser(address="192.0.2.1")
    eve_id = await house.member(eve, "Eve", "staff")
    await house.member(helper, "Hal", "staff", "helpdesk")
    ada_id = house.id_of("ada@harbor.example")
    await helper.get(f"/console/people/{eve_id}")
    forged = await helper.post(f"/console/people/{ada_id}/pass", why=WHY, stolen="yes")
    assert "/not-yet?decision=" in forged.headers["location"]
    assert (await house.limen.identity.factors.of_person(ada_id)).passkeys
    stranger = await helper.post(f"/console/people/{eve_id}/pass", why=WHY, lost="k_of-somebody-else")
    assert stranger.status_code == 400
    first = LINK.search((await helper.post(f"/console/people/{eve_id}/pass", why=WHY)).text)
    second = LINK.search((await helper.post(f"/console/people/{eve_id}/pass", why=WHY)).text)
    assert first
    assert second
    assert await opened(thief, first[1]) == 400
    assert await opened(thief, second[1]) == 200
    assert (await thief.post("/enrol/code", token=second[1])).status_code == 400
    house.clock.forward(HOUR + MINUTE)
    assert await opened(thief, second[1]) == 400


async def second(browser: Browser, house: House) -> Browser:
    """Another browser of the same person, with a passkey of its own."""
    await browser.get("/passkeys")
    link = LINK.search((await browser.post("/passkeys/second")).text)
    assert link
    other = house.browser(address="198.51.100.8")
    other.passkey = SoftwarePasskey(origin=browser.passkey.origin)
    await other.get("/enrol")
    options = (await other.send("/enrol/options", token=link[1])).json()["options"]
    done = await other.send("/enrol/passkey", token=link[1], credential=other.passkey.create(options))
    assert done.json() == {"location": "/"}
    return other


@pytest.mark.parametrize("how", ["gone", "lost", "stolen", "sessions", "let-go"])
async def test_nothing_that_a_thief_made_on_a_stolen_device_outlives_the_report(console: Console, how: str) -> None:
    house = console.house
    limen, ada, eve = house.limen, console.ada, house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    stolen = (await limen.identity.factors.of_person(eve_id)).passkeys[0].id
    phone = await second(eve, house) if how == "gone" else eve
    house.clock.forward(MINUTE)
    thief = house.browser(address="192.0.2.1")
    thief.passkey = eve.passkey
    await thief.sign_in()
    code = (await made(thief))[0]
    session = next(one for one in limen.known.sessions.values() if one.address == "192.0.2.1")
    token = await limen.identity.tokens.make(session, 3, app="wiki", actions=["view"], days=30, name="git")
    own = SoftwarePasskey(origin=thief.passkey.origin)
    options = (await thief.send("/passkeys/options")).json()["options"]
    assert (await thief.send("/passkeys/add", credential=own.create(options))).status_code == 200
    person = f"/console/people/{eve_id}"
    await ada.get(person)
    if how == "gone":
        await phone.get("/passkeys")
        page = await phone.post(f"/passkeys/{stolen}/lost")
        assert "remove any passkey below" in (await phone.get(page.headers["location"])).text
    elif how in {"lost", "stolen"}:
        await ada.post(f"{person}/pass", why=WHY, lost=stolen, stolen="yes" if how == "stolen" else "")
    elif how == "sessions":
        await ada.post(f"{person}/sessions/end", why=WHY)
    else:
        await ada.post(f"{person}/let-go")
        await ada.post(f"{person}/take-back")
    assert (await thief.get("/")).headers["location"].startswith("/sign-in")
    await thief.get("/lost-device")
    assert (await thief.post("/lost-device", email="eve@harbor.example", code=code)).status_code == 400
    assert (
        limen.known.session_state(limen.known.tokens[token.token.id], "wiki", house.clock.now()) is SessionState.REVOKED
    )
    left = {key.id for key in (await limen.identity.factors.of_person(eve_id)).passkeys}
    if how == "stolen":
        assert not left, "the thief's own passkey, too"
    assert (stolen in left) is (how in {"sessions", "let-go"})


async def test_strangers_on_many_networks_keep_nobody_from_their_recovery_codes(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    code = (await made(browser))[0]
    for number in range(8):
        stranger = house.browser(address=f"198.51.{number}.20")
        await stranger.get("/lost-device")
        assert (await stranger.post("/lost-device", email=MIA, code="0" * 16)).status_code == 400
    there = house.browser(address="192.0.2.5")
    await there.get("/lost-device")
    assert (await there.post("/lost-device", email=MIA, code=code)).status_code == 200


async def test_a_weak_or_old_session_gets_no_link_for_a_second_device(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    token = LINK.search((await browser.post("/passkeys/second")).text)
    assert token
    house.clock.forward(11 * MINUTE)
    assert await opened(house.browser(), token[1]) == 400
    for room in ("/passkeys/second", "/passkeys/codes"):
        assert (await browser.post(room)).headers["location"].startswith("/step-up"), room
    (key,) = (await house.limen.identity.factors.of_person(mia)).passkeys
    assert (await browser.post(f"/passkeys/{key.id}/lost")).headers["location"].startswith("/step-up")
    assert not [e for e in house.events("link.issued") if e.details["purpose"] == "second_device"][1:]


async def test_an_auditor_changes_nothing_by_any_form_of_the_console(console: Console) -> None:
    hugo = console.house.browser()
    await console.house.member(hugo, "Hugo", "guests", "auditors")
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    await hugo.get("/console/people")
    before = len(console.house.events("revision.published"))
    needs = {key: route.permission for key, route in declared().routes.items() if route.path.startswith("/console")}
    for method, path in needs:
        if method == "POST":
            at = re.sub(r"\{[^}]*\}", eve_id, path)
            answer = await hugo.post(at, why=WHY, groups="administrators", stolen="yes")
            assert "/not-yet?decision=" in answer.headers.get("location", ""), path
    assert len(console.house.events("revision.published")) == before
    assert console.house.limen.identity.sessions.of_person(eve_id)
    assert {ways for (method, _), ways in needs.items() if method == "POST"} > {CHANGE}
