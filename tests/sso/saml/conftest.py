"""Harbor with apps that sign people in by SAML."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.saml.client import Wiki, harbor_with_saml
from tests.web.conftest import Browser, House, lost_lease


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with_saml(closing, tmp_path / "harbor")


@pytest.fixture
async def mia(house: House) -> Browser:
    """Somebody of the staff, signed in with a passkey."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    return browser


@pytest.fixture
def wiki(house: House) -> Wiki:
    return Wiki(house)


@pytest.fixture
def ledger(house: House) -> Wiki:
    return Wiki.ledger(house)


__all__ = ["house", "ledger", "lost_lease", "mia", "wiki"]
