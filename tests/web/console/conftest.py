"""Ada at the console of Harbor, and requests of others that really went through a door."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.web.conftest import Browser, House

from limen.enforcement.decision_point import Answer


@dataclass
class Console:
    """Ada's browser; `ask` sends somebody else's request through the gateway's door."""

    house: House
    ada: Browser
    ada_id: str

    async def ask(self, browser: Browser, app: str, method: str = "GET", path: str = "/") -> Answer:
        """A request with the app session of `browser`, decided and durable."""
        there = await self.house.into(browser, app)
        cookie = next(c for c in there.client.cookies.jar if c.name == "__Host-limen-app")
        host = self.house.limen.known.apps[app].host.encode()
        sent = f"{cookie.name}={cookie.value}".encode()
        answer = self.house.limen.doors.decide_request(
            "gateway", method.encode(), host, path.encode(), sent, "192.0.2.7"
        )
        self.house.limen.journal.flush()
        return answer


@pytest.fixture
async def console(house: House, browser: Browser) -> Console:
    return Console(house, browser, await house.administrator(browser))
