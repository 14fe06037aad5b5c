"""Harbor with sources of signals, and sensors made of software that send what they found."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.devices.laptops import Ida, agent, devices_of, ida
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.web.conftest import Browser, House, move_in

from limen.devices.signals import secret
from limen.devices.signals.authentication import SECRET_PREFIX
from limen.devices.signals.listing import ListedSource, listed
from limen.devices.signals.service import Signals
from limen.policy.decision import Request

__all__ = ["agent", "ida"]
SOURCES = """
signals:
  edr: {kind: webhook, heartbeat: 24h}
  strict: {kind: webhook, when_high: quarantine}
  careful: {kind: webhook, at_most: medium, lasts: 1h}
  defender: {kind: defender, proves: token}
  falcon: {kind: crowdstrike, proves: token}
  sentinel: {kind: sentinelone, proves: token}
  wazuh: {kind: wazuh}
  suricata: {kind: suricata, proves: token, at_most: high}
  huntress: {kind: huntress}
"""


def with_sources(folder: Path, written: str = SOURCES) -> None:
    file = folder / "devices.yaml"
    file.write_text((file.read_text() if file.exists() else "") + written)


def signals_of(house: House) -> Signals:
    return house.limen.core.offers.take(Signals)


def listed_of(house: House) -> dict[str, ListedSource]:
    """The sources by name, as they are listed."""
    core = house.limen.core
    sources, now = core.known.device_rules.signals.values(), core.clock.now()
    found = core.database.read(lambda snapshot: listed(snapshot.connection, sources, now))
    return {one.source.name: one for one in found}


@dataclass
class Sensor:
    """Whoever sends in the name of one source, with its secret."""

    house: House
    name: str
    secret: str
    client: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    def signed(
        self, body: bytes, *, at: int = 0, key: str = "", name: str = "webhook", id_: str = ""
    ) -> dict[str, str]:
        sent_at = str(at or self.house.clock.now() // 1_000)
        sent_id = id_ or f"msg_{secrets.token_hex(6)}"
        raw = base64.b64decode((key or self.secret).removeprefix(SECRET_PREFIX))
        signature = digest(raw, f"{sent_id}.{sent_at}.".encode() + body, sha256)
        return {
            f"{name}-id": sent_id,
            f"{name}-timestamp": sent_at,
            f"{name}-signature": f"v1,{base64.b64encode(signature).decode()}",
            "content-type": "application/json",
        }

    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}", "content-type": "application/json"}

    async def post(self, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        return await self.client.post(f"/signals/{self.name}", content=body, headers=dict(headers))

    async def send(self, said: Any) -> dict[str, Any]:
        """What Limen made of it; signed, or with the token where the source proves itself so."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        source = self.house.limen.known.device_rules.signals[self.name]
        headers = self.bearer() if source.proves == "token" else self.signed(body)
        answer = await self.post(body, headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def tell(
        self, level: str, ref: str = "1", device: Mapping[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """One signal in Limen's own form, about Ida's laptop unless another is named."""
        return await self.send(
            {"signals": [{"ref": ref, "level": level, "device": device or {"name": "wren"}, **more}]}
        )


async def sensor(house: House, name: str) -> Sensor:
    core = house.limen.core
    made = await core.write(lambda t: secret.make(t, core.keyring, name, core.clock.now(), by=""))
    transport = httpx2.ASGITransport(app=house.limen.asgi, client=("198.51.100.20", 50_000))
    client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
    house.closing.push_async_callback(client.aclose)
    return Sensor(house, name, made, client)


def known(house: House, device: str) -> Any:
    return house.limen.known.devices.get(device)


def risk(house: House, device: str) -> object:
    return house.limen.known.learned.of(("device", device)).get("device.risk")


async def opens(house: House, browser: Browser, app: str = "wiki") -> str:
    """What somebody's request to an app comes to."""
    session = max(
        (one for one in house.limen.known.sessions.values() if not one.parent), key=lambda one: one.started_at
    )
    facts = house.limen.known.facts(session, house.limen.known.apps[app], "203.0.113.7")
    engine = house.limen.in_force.engine
    return str(engine.decide(Request("view"), facts, house.clock.now()).effect)


async def bind(ida: Ida, laptop: SoftwareAgent, browser: Browser | None = None) -> None:
    """Tie the session of Ida's browser to her laptop."""
    browser = browser or ida.browser
    await browser.get("/devices/prove")
    asked = (await browser.send("/devices/challenge")).json()
    done = await browser.send("/devices/prove", proof=laptop.proof(asked))
    assert done.json()["device"] == "wren", done.text


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", with_sources)


@pytest.fixture
async def laptop(harbor: House, ida: Ida, agent: SoftwareAgent) -> SoftwareAgent:
    """Ida's laptop, enrolled by a token, healthy as it says; her browser is tied to it."""
    await agent.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await agent.report(edr={"running": True, "products": ["falcon"]})
    await bind(ida, agent)
    return agent
