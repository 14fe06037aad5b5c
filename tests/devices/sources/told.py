"""Sources of devices, for tests: rules that know some, tokens of theirs, and what they push."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
from tests.devices.laptops import devices_of
from tests.devices.software_agent import ORIGIN
from tests.web.conftest import House

from limen.clock import SECOND
from limen.devices.sources.service import Sources, make_token
from limen.events import Event
from limen.facts import Device
from limen.facts.device_rules import DeviceSource, SourceKind

PUSH = DeviceSource(SourceKind.PUSH)
OSQUERY = DeviceSource(SourceKind.OSQUERY)
SERIAL = "PF-2ABCDE"
GOOD = {"disk_encryption": {"encrypted": True}, "management": {"compliant": True}}
BAD = {"disk_encryption": {"encrypted": False}}


def sources_of(house: House) -> Sources:
    return house.limen.core.offers.take(Sources)


def put_rules(house: House, decided: dict[str, str] | None = None, **sources: DeviceSource) -> None:
    """From now on the company has these sources, and these checks are decided by them."""
    rules = house.limen.core.known.device_rules
    requirements = {
        name: replace(one, decided_by=(decided or {}).get(name, "")) for name, one in rules.requirements.items()
    }
    house.limen.core.known.set_device_rules(replace(rules, sources=sources, requirements=requirements))


def token_for(house: House, name: str) -> str:
    """A token by which this source may send."""
    source = sources_of(house).known()[name]
    return house.limen.database.write(lambda t: make_token(t, name, source, house.clock.now(), by="server"))


def seconds(house: House) -> int:
    return house.clock.now() // SECOND


def told(house: House, name: str = "lark", **more: Any) -> dict[str, Any]:
    """A device as a source has it, heard of just now."""
    return {"id": name, "name": name, "serial": SERIAL, "seen_at": seconds(house), **more}


async def push(house: House, token: str, *devices: dict[str, Any], **more: Any) -> httpx2.Response:
    return await send(house, token, msgspec.json.encode({"devices": devices, **more}))


async def send(house: House, token: str, body: bytes, path: str = "/devices/push", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=house.limen.asgi, client=("203.0.113.9", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        given = {"content-type": "application/json", "authorization": f"Bearer {token}", **headers}
        return await client.post(path, content=body, headers=given)


async def happened(house: House, kind: str) -> list[Event]:
    """Events of this kind: what strangers cause is journaled a moment later."""
    async with asyncio.timeout(60):
        while not (found := house.events(kind)):  # noqa: ASYNC110 -- the journal writes in a thread of its own
            await asyncio.sleep(0.01)
    return found


def fact(house: House, device_id: str) -> Device:
    """What decisions know of a device now."""
    found = devices_of(house).known(device_id)
    assert found is not None
    return found
