"""Harbor with doors in its firewall, for whoever tests them: a conftest takes these over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.web.conftest import Browser, House, move_in

from limen.network.doors.doors import Doors

APPS = """
- id: erp-desktop
  name: ERP desktop
  label: internal
  protocol: network
  network: {to: [erp], services: [rdp], minutes: 30}

- id: vault-door
  label: internal
  protocol: network
  network: {to: [backup], services: [ssh]}

- id: home-door
  label: internal
  protocol: network
  network: {to: [office], services: [ssh]}
"""
NETWORK = """
zones:
  office: {kind: workstation, prefixes: [203.0.113.0/24], isolated: true}
  finance: {kind: finance, prefixes: [10.21.0.0/24]}
  backup: {kind: backup, prefixes: [10.60.0.0/24]}
hosts:
  erp: {zone: finance, addresses: [10.21.0.4]}
"""
POLICIES = """
@id("staff-connects")
@title("Staff open connections with a passkey")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"erp-desktop")
when { context.auth.strength >= 3 };
"""
ADDRESS = "203.0.113.7"
"""Where the tests' browsers are."""


def write(folder: Path) -> None:
    """Add the network, its doors, and who may open them."""
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text() + APPS)
    (folder / "network.yaml").write_text(NETWORK)
    (folder / "policies" / "60-doors.cedar").write_text(POLICIES)


def doors_of(house: House) -> Doors:
    return house.limen.core.offers.take(Doors)


@dataclass
class Somebody:
    """Somebody signed in with a passkey."""

    browser: Browser
    id: str

    async def opens(self, app: str = "erp-desktop") -> httpx2.Response:
        """As the browser does: look at the page, and press the button."""
        await self.browser.get("/network/connect")
        return await self.browser.post("/network/connect", app=app)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", write)


@pytest.fixture
async def ida(harbor: House) -> Somebody:
    browser = harbor.browser()
    return Somebody(browser, await harbor.member(browser, "Ida", "staff"))
