"""The local port for whoever watches Limen: `/healthz`, `/readyz`, `/metrics`. On this machine only.

It tells nothing of anybody, but it tells when Limen is weak, so it is never meant for a network.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

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

    return Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)])
