"""A source that tells by SCIM, over the whole product: its requests, and what became of people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from tests.web.conftest import ORIGIN, House, move_in

from limen.identity.model import Member
from limen.identity.sources import token_store
from limen.identity.sources.model import PeopleSources, Source

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def user(called: str, **more: Any) -> dict[str, Any]:
    address = f"{called.lower()}@harbor.example"
    return {
        "schemas": [USER],
        "userName": address,
        "displayName": called,
        "active": True,
        "emails": [{"value": address, "type": "work", "primary": True}],
        **more,
    }


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


class Telling:
    """A source with its token, and what a test may look at."""

    def __init__(self, house: House, token: str) -> None:
        self.house = house
        self.token = token
        transport = httpx2.ASGITransport(app=house.limen.asgi, client=("192.0.2.9", 50_000))
        self.client = httpx2.AsyncClient(transport=transport, base_url=f"{ORIGIN}/scim/v2/")
        house.closing.push_async_callback(self.client.aclose)

    async def ask(self, method: str, path: str, sent: Any = None, **headers: str) -> httpx2.Response:
        given = {"authorization": f"Bearer {self.token}", **headers}
        return await self.client.request(method, path, json=sent, headers=given)

    async def add(self, name: str, **more: Any) -> str:
        """One user; its ID."""
        done = await self.ask("POST", "Users", user(name, **more))
        assert done.status_code == 201, done.text
        return str(done.json()["id"])

    async def add_group(self, name: str, *members: str) -> str:
        sent = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        done = await self.ask("POST", "Groups", sent)
        assert done.status_code == 201, done.text
        return str(done.json()["id"])

    async def people(self) -> dict[str, Member]:
        return {one.person.name: one for one in await self.house.limen.identity.people.all()}


def declare(house: House, **changes: Any) -> Source:
    """Harbor's source, as these changes leave it, for as long as nobody publishes."""
    (source,) = house.limen.identity.sources.declared
    changed = msgspec.structs.replace(source, **changes)
    house.limen.known.set_rules(PeopleSources, PeopleSources((changed,)))
    return changed


def token_of(house: House, source: str = "entra") -> str:
    (declared,) = [one for one in house.limen.identity.sources.declared if one.id == source]
    now = house.clock.now()
    return house.limen.database.write(lambda t: token_store.make(t, declared, now, "p_ada"))


class _Bridge(httpx2.BaseTransport):
    """A transport for a client in another thread, over an application of this thread's loop."""

    def __init__(self, house: House) -> None:
        self._inner = httpx2.ASGITransport(app=house.limen.asgi, client=("192.0.2.9", 50_000))
        self._loop = asyncio.get_running_loop()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = request.read()
        sent = httpx2.Request(request.method, request.url, headers=request.headers, content=body)

        async def asked() -> tuple[int, Any, bytes]:
            response = await self._inner.handle_async_request(sent)
            return response.status_code, response.headers, await response.aread()

        status, headers, content = asyncio.run_coroutine_threadsafe(asked(), self._loop).result(60)
        return httpx2.Response(status, headers=headers, content=content)


def client_in_a_thread(house: House, token: str) -> httpx2.Client:
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.Client(transport=_Bridge(house), base_url=f"{ORIGIN}/scim/v2", headers=headers)


@pytest.fixture
async def telling(tmp_path: Path) -> AsyncIterator[Telling]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor")
        yield Telling(house, token_of(house))
