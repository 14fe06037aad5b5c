"""Harbor with apps that sign people in through Limen, somebody of its staff, and one of the apps, for whoever tests
them: a conftest takes these over, or a file by name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.client import Grafana, harbor_with_apps
from tests.web.conftest import Browser, House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with_apps(closing, tmp_path / "harbor")


@pytest.fixture
async def mia(house: House) -> Browser:
    """Somebody of the staff, signed in with a passkey."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    return browser


@pytest.fixture
async def grafana(house: House) -> Grafana:
    return await Grafana.registered(house)
