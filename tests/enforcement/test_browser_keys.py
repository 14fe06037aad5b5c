"""Device Bound Session Credentials: a session whose browser has a key lives on ties of five minutes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey
from tests.devices.laptops import Ida, agent, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.devices.software_browser_key import BrowserKey
from tests.devices.test_binding import asked, bound
from tests.web.conftest import Browser, House

from limen.clock import MINUTE, SECOND
from limen.enforcement.browser_keys import tie_cookie
from limen.ties import AT_THE_CHANGE, BY_BROWSER, BY_BROWSER_KEY

__all__ = ["agent", "harbor", "ida", "laptop"]

TIE = "__Host-limen-tie"


async def signed_in(ida: Ida, harbor: House) -> tuple[Browser, httpx2.Response]:
    """Ida in a browser anew, and the response that she was signed in with."""
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    return browser, await browser.sign_in(to="/sessions")


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/sessions")).status_code == 200


async def registered(ida: Ida, harbor: House) -> tuple[Browser, BrowserKey]:
    browser, invited = await signed_in(ida, harbor)
    key = BrowserKey(browser.client)
    done = await key.register(invited)
    assert done.status_code == 200, done.text
    harbor.clock.forward(AT_THE_CHANGE + SECOND)
    return browser, key


async def test_a_browser_is_told_where_and_answers_with_its_key(harbor: House, ida: Ida) -> None:
    browser, invited = await signed_in(ida, harbor)
    key = BrowserKey(browser.client)
    done = (await key.register(invited)).json()
    assert (key.path, done["refresh_url"]) == ("/devices/browser-key", "/devices/browser-key")
    assert done["scope"] == {
        "origin": "https://limen.harbor.localhost",
        "include_site": False,
        "scope_specification": [],
    }
    assert [one["name"] for one in done["credentials"]] == [TIE]
    assert await is_in(browser)


async def test_it_lasts_for_five_minutes_and_for_as_long_as_the_key_signs(harbor: House, ida: Ida) -> None:
    browser, key = await registered(ida, harbor)
    for _ in range(4):
        harbor.clock.forward(BY_BROWSER_KEY - MINUTE)
        assert (await key.refresh()).status_code == 200
        assert await is_in(browser)
    harbor.clock.forward(BY_BROWSER_KEY)
    assert not await is_in(browser)
    assert (await key.refresh()).status_code == 200
    assert await is_in(browser)


async def test_a_session_without_a_key_goes_on_as_before(harbor: House, ida: Ida) -> None:
    browser, _ = await signed_in(ida, harbor)
    harbor.clock.forward(BY_BROWSER_KEY * 3)
    assert await is_in(browser)


async def test_it_raises_the_level_of_a_session_on_its_device(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    browser, key = await registered(ida, harbor)
    await browser.send("/devices/prove", proof=laptop.proof(await asked(browser)))
    device = bound(harbor, ida.id)
    assert (device.id, device.binding) == (laptop.device, BY_BROWSER)
    for _ in range(6):  # its key proves that it is the same browser, so no agent is asked meanwhile
        harbor.clock.forward(4 * MINUTE)
        await key.refresh()
    await laptop.report()
    assert bound(harbor, ida.id).bound_until > harbor.clock.now()


async def test_an_app_has_a_key_of_its_own(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    """The app's host invites the browser as well, so that what its pages fetch goes on without a bounce."""
    app = "wiki"
    origin = f"https://{harbor.limen.known.apps[app].host}"
    there = harbor.browser(origin)
    started = await there.get("/.limen/start?to=/")
    handed = await ida.browser.get(started.headers["location"].removeprefix("https://limen.harbor.localhost"))
    invited = await there.get(handed.headers["location"].removeprefix(origin))
    key = BrowserKey(there.client)
    assert (await key.register(invited)).status_code == 200
    harbor.clock.forward(AT_THE_CHANGE + SECOND)
    assert (await there.get("/")).status_code == 502  # let in; nothing listens behind it here
    harbor.clock.forward(BY_BROWSER_KEY)
    assert (await there.get("/")).status_code == 401
    assert (await key.refresh()).status_code == 200
    assert (await there.get("/")).status_code == 502


def test_a_browser_keeps_its_tie_until_the_last_moment() -> None:
    """Without it, while it still ties, it would look like a copy."""
    assert [tie_cookie("x", good_for)[1].split(b"; ")[1] for good_for in (300_000, 299_001, 1, 0)] == [
        b"Max-Age=300",
        b"Max-Age=300",
        b"Max-Age=1",
        b"Max-Age=0",
    ]


@pytest.mark.parametrize(
    "wrong", ["another key", "another algorithm", "no challenge of ours", "twice", "a second key", "no key", "nobody"]
)
async def test_what_is_no_signature_of_this_browser_registers_nothing(harbor: House, ida: Ida, wrong: str) -> None:
    browser, invited = await signed_in(ida, harbor)
    key = BrowserKey(browser.client)
    status = 400
    match wrong:
        case "another key":
            header: dict[str, Any] = {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}
            key.path = "/devices/browser-key"
            challenge = invited.headers["secure-session-registration"].split('challenge="')[1].split('"')[0]
            proof = key.signed(challenge, **header)
            done = await browser.client.post(key.path, headers={"secure-session-response": proof})
        case "another algorithm":
            done = await key.register(invited, typ="jwt")
        case "no challenge of ours":
            key.path = "/devices/browser-key"
            proof = key.signed("A" * 43, names_key=True)
            done = await browser.client.post(key.path, headers={"secure-session-response": proof})
        case "twice":
            await key.register(invited)
            done = await key.register(invited)
        case "a second key":
            await key.register(invited)
            done, status = await BrowserKey(browser.client).register(invited), 400
        case "no key":
            done = await browser.client.post("/devices/browser-key")
        case _:
            done, status = await BrowserKey(harbor.browser().client).register(invited), 401
    assert done.status_code == status, done.text


async def test_a_refresh_needs_the_very_key(harbor: House, ida: Ida) -> None:
    browser, key = await registered(ida, harbor)
    harbor.clock.forward(BY_BROWSER_KEY)
    assert (await key.refresh(ECKey.generate_key("P-256"))).status_code == 400
    assert not await is_in(browser)
    key.session = "s_another"
    assert (await key.refresh()).status_code == 400
