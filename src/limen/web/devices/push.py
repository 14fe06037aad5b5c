"""What sources of devices send by themselves: JSON under a token of their own. No cookie and no session counts here."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.sources.push import MOST_BYTES, malformed
from limen.devices.sources.service import Sources
from limen.devices.wire import RefusedError
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

PAGES: Final = (
    Route(
        "POST",
        "/devices/push",
        undecided="programs send here, each under its source's own token",
        by_programs=True,
        max_body_bytes=MOST_BYTES,
    ),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    sources = site.ports.offers.take(Sources)

    @router.post("/devices/push")
    async def push(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if media_type_of(request) != "application/json":
                raise malformed("the body is application/json")
            given = token.strip() if scheme.lower() == "bearer" else ""
            return answer(200, await sources.push(given, await request.body(), site.address(request)))
        except RefusedError as refused:
            return answer(refused.status, {"error": refused.error, "message": refused.what, "mend": refused.fix})
        except StorageError:
            return answer(503, {"error": "unavailable", "message": "Limen can't keep anything at this moment"})

    return router


def answer(status: int, said: dict[str, Any]) -> Response:
    """JSON that nothing keeps."""
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, "application/json")
