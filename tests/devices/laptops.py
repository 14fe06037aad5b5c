"""Harbor with devices, for whoever tests them: a conftest takes these over, or a file by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.web.conftest import Browser, House, move_in

from limen.devices.service import Devices


@dataclass
class Ida:
    """Somebody of the finance staff, signed in with a passkey."""

    browser: Browser
    id: str


def devices_of(house: House) -> Devices:
    return house.limen.core.offers.take(Devices)


def new_agent(house: House, address: str = "203.0.113.7") -> SoftwareAgent:
    """An agent that is not enrolled yet, at this address."""
    transport = httpx2.ASGITransport(app=house.limen.asgi, client=(address, 50_000))
    client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
    house.closing.push_async_callback(client.aclose)
    return SoftwareAgent(client, now=lambda: house.clock.now() // 1_000)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


@pytest.fixture
async def ida(harbor: House) -> Ida:
    browser = harbor.browser()
    return Ida(browser, await harbor.member(browser, "Ida", "staff", "finance"))


@pytest.fixture
async def agent(harbor: House) -> SoftwareAgent:
    return new_agent(harbor)


@pytest.fixture
async def laptop(harbor: House, ida: Ida, agent: SoftwareAgent) -> SoftwareAgent:
    """Ida's laptop, enrolled by a token, healthy as it says."""
    await agent.enrol(await devices_of(harbor).token(ida.id, by="server"))
    done = await agent.report()
    assert done.json()["compliance"] == "compliant", done.text
    return agent
