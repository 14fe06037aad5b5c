"""A sign-out that began at an app is asked about, and leads back only to where the app is registered."""

from __future__ import annotations

from tests.sso.client import AFTER
from tests.web.conftest import House


async def test_whoever_is_not_signed_in_is_only_led_back(house: House) -> None:
    browser = house.browser()
    page = await browser.get(f"/oidc/sign-out?client_id=grafana&post_logout_redirect_uri={AFTER}")
    assert (page.status_code, f'href="{AFTER}"' in page.text) == (200, True)
    elsewhere = await browser.get("/oidc/sign-out?client_id=grafana&post_logout_redirect_uri=https://evil.example/")
    assert "evil.example" not in elsewhere.text
