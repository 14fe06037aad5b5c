"""A sign-out that began at an app is asked about, and leads back only to where the app is registered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.client import AFTER, harbor_with_apps
from tests.web.conftest import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with_apps(closing, tmp_path / "harbor")


async def test_whoever_is_not_signed_in_is_only_led_back(house: House) -> None:
    browser = house.browser()
    page = await browser.get(f"/oidc/sign-out?client_id=grafana&post_logout_redirect_uri={AFTER}")
    assert (page.status_code, f'href="{AFTER}"' in page.text) == (200, True)
    elsewhere = await browser.get("/oidc/sign-out?client_id=grafana&post_logout_redirect_uri=https://evil.example/")
    assert "evil.example" not in elsewhere.text
