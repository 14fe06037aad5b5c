"""Device Bound Session Credentials in a real Chromium, over https behind real nginx: silent for whoever has the key.

Chromium on Linux has no key store in hardware for this. It registers only with the flag for manual tests, which keeps
keys in software; everything on the wire is as elsewhere. A tie lasts for three seconds here instead of five minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from tests.interop.bound_world import KEYS, World, machine, world

from limen import ties
from limen.clock import SECOND
from limen.enforcement import browser_keys
from limen.identity import browser_keys as kept_keys

TIE_SECONDS = 3
TIE, SESSION = "__Host-limen-tie", "__Host-limen"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser_keys, "BY_BROWSER_KEY", TIE_SECONDS * SECOND)
        for module in (kept_keys, ties):
            patch.setattr(module, "AT_THE_CHANGE", 1 * SECOND)
        with world(tmp_path_factory.mktemp("keys"), upstream) as running:
            yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    with sync_playwright() as driver:
        yield driver


def known_cookies(one: Any) -> set[str]:
    return {cookie["name"] for cookie in one.cookies() if cookie["domain"] == "limen.harbor.localhost"}


def test_a_stolen_cookie_is_dead_when_the_tie_is_over_and_its_owner_notices_nothing(own, playwright, tmp_path) -> None:
    """Mia's browser has no such keys, as Chromium on Linux has none without the flag: it goes on as before."""
    passkey, _ = own.harbor._enrolled(own.harbor._invited("Ida", ("staff",)), "Mozilla/5.0")
    of_mia, _ = own.harbor._enrolled(own.harbor._invited("Mia", ("staff",)), "Mozilla/5.0")
    with (
        machine(playwright, tmp_path / "mia", own) as mia,
        machine(playwright, tmp_path / "ida", own, KEYS) as ida,
        machine(playwright, tmp_path / "thief", own, KEYS) as thief,
    ):
        mia.sign_in(own, of_mia.credentials[0])
        ida.sign_in(own, passkey.credentials[0])
        for _ in range(50):
            if TIE in known_cookies(ida):
                break
            time.sleep(0.1)
        assert {TIE, SESSION} <= known_cookies(ida)
        thief.steal(ida)
        thief.page.goto(own.on("limen", "/sessions"))
        assert thief.page.url.endswith("/sessions")  # at once it is a whole copy
        time.sleep(TIE_SECONDS + 1)
        thief.page.goto(own.on("limen", "/sessions"))
        assert "/sign-in" in thief.page.url
        began = time.monotonic()
        ida.page.goto(own.on("limen", "/sessions"))
        print(f"a page with a new tie: {(time.monotonic() - began) * 1000:.0f} ms")
        assert ida.page.url.endswith("/sessions")
        mia.page.goto(own.on("limen", "/sessions"))
        assert mia.page.url.endswith("/sessions")
        assert TIE not in known_cookies(mia)
        assert own.alerts() == [own.harbor.people["Ida"]]
