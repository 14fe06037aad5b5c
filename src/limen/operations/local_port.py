"""The local port for whoever watches Limen: `/healthz`, `/readyz`, `/metrics`. On this machine only.

It tells nothing of anybody, but it tells when Limen is weak, so it is never meant for a network. A browser on this
machine could be led here by a name that turns into a loopback address, so only loopback's own names are answered.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from limen.operations.figures import Figures
from limen.operations.health import Watched

_NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
FORM: Final = "text/plain; version=0.0.4; charset=utf-8"


def answers(watched: Watched) -> Starlette:
    """The three addresses as an ASGI application."""
    figures = Figures(watched)

    async def alive(_: Request) -> Response:
        """200 while the process answers at all: restart it when this does not."""
        return PlainTextResponse("ok\n", headers=_NOT_KEPT)

    async def ready(_: Request) -> Response:
        """200 while requests are decided, else 503 with why. A restart mends none of it."""
        health = watched.health()
        said = {
            "ready": health.is_ready,
            "revision": health.revision,
            "obstacles": list(health.obstacles),
            "warnings": list(health.warnings),
        }
        return JSONResponse(said, 200 if health.is_ready else 503, headers=_NOT_KEPT)

    async def metrics(_: Request) -> Response:
        text = await asyncio.to_thread(figures.text)
        return Response(text, headers={**_NOT_KEPT, "Content-Type": FORM})

    routes = [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
    return Starlette(routes=routes, middleware=[Middleware(_ForThisMachine)])


class _ForThisMachine:
    """Answers 421 (RFC 9110, section 15.5.20) to a Host that is not this machine's. A browser always sends one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if all(is_of_this_machine(host.decode("latin-1")) for host in hosts):
            await self._app(scope, receive, send)
            return
        said = "Use localhost or a loopback address for this port.\n"
        await PlainTextResponse(said, 421, headers=_NOT_KEPT)(scope, receive, send)


def is_of_this_machine(host: str) -> bool:
    """Is this value of Host, with a port or without, `localhost` or a loopback address?"""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port
        is_plain = parts.netloc == host and "@" not in host
        return is_plain and (name == "localhost" or ip_address(name).is_loopback)
    except ValueError:
        return False
