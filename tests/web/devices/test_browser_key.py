"""Where browsers register their keys on the sign-in host: no page, no form, and nobody without a session."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.web.conftest import House

from limen.web.site import BROWSER_KEY


async def test_nobody_is_answered_without_a_live_session(harbor: House, ida: Ida) -> None:
    assert (await harbor.browser().client.post(BROWSER_KEY)).status_code == 401
    await ida.browser.get("/")
    await ida.browser.post("/sign-out")
    assert (await ida.browser.client.post(BROWSER_KEY)).status_code == 401


@pytest.mark.parametrize("fields", [{}, {"secure-session-response": "A" * 6_000}, {"secure-session-response": "a.b.c"}])
async def test_what_is_no_registration_leaves_the_session_as_it_is(
    harbor: House, ida: Ida, fields: dict[str, str]
) -> None:
    assert (await ida.browser.client.post(BROWSER_KEY, headers=fields)).status_code == 400
    assert (await ida.browser.get("/sessions")).status_code == 200


async def test_a_sign_in_over_https_invites_the_browser(harbor: House, ida: Ida) -> None:
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    assert "secure-session-registration" in (await browser.sign_in()).headers
