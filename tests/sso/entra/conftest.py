"""Harbor whose Microsoft 365 asks Limen for the second factor, and Mia, who works there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.sso.entra.tenant import MIA, Tenant, harbor_with_entra
from tests.web.conftest import Browser, House


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[House, Tenant]]:
    async with harbor_with_entra(tmp_path / "harbor") as both:
        yield both


@pytest.fixture
def house(both: tuple[House, Tenant]) -> House:
    return both[0]


@pytest.fixture
def tenant(both: tuple[House, Tenant]) -> Tenant:
    return both[1]


@pytest.fixture
async def mia(house: House, tenant: Tenant) -> Browser:
    browser = house.browser()
    tenant.links(house, MIA, await house.member(browser, "Mia", "staff"))
    return browser
