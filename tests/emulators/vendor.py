"""What the emulators of vendors share: a real HTTP server on loopback that remembers what it was asked.

None of them is the vendor. Each answers as its vendor's published reference says, with the shapes of its examples.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver


@dataclass
class Vendor:
    """What may be told to happen: `refusals` are answered before anything else, one each time."""

    devices: list[dict[str, Any]] = field(default_factory=list)
    secret: str = "s3cret"
    refusals: list[web.Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: int = 0
    origin: str = ""
    are_all_good: bool = False
    """Tokens: whoever asks for one ends those before, unless this says that they stay."""

    def is_let_in(self, request: web.Request) -> bool:
        if self.are_all_good:
            return request.headers.get("authorization") in {f"Bearer token-{one + 1}" for one in range(self.tokens)}
        return request.headers.get("authorization") == f"Bearer token-{self.tokens}" and self.tokens > 0

    async def token(self, request: web.Request) -> web.Response:
        """RFC 6749 section 4.4: the client's own credentials for a token."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials" or form.get("client_secret") != self.secret:
            return web.json_response({"error": "invalid_client"}, status=401)
        self.tokens += 1
        return web.json_response({"token_type": "Bearer", "expires_in": 3_599, "access_token": f"token-{self.tokens}"})


Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def served(vendor: Vendor, routes: dict[str, Handler]) -> AsyncIterator[Vendor]:
    """The emulator on a port of loopback, until the end."""

    def asked(handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            vendor.asked.append(request.path_qs)
            return vendor.refusals.pop(0) if vendor.refusals else await handler(request)

        return answer

    app = web.Application()
    for route, handler in routes.items():
        method, _, path = route.partition(" ")
        app.router.add_route(method, path, asked(handler))
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        vendor.origin = f"http://{host}:{port}"
        yield vendor
    finally:
        await runner.cleanup()


@dataclass
class Asking:
    """A client of an emulator, and for how long it would have waited."""

    client: VendorClient
    waits: list[float]


@asynccontextmanager
async def asking(origin: str) -> AsyncIterator[Asking]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    client = VendorClient(origin, Resolver, sleep)
    try:
        yield Asking(client, waits)
    finally:
        await client.close()
