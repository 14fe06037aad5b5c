"""Rows of requests and grants that change by themselves: server-sent events (HTML standard, section 9.2).

Each message is the whole region as its page would show it now, and is sent only where it differs: nothing of anybody
else's reaches a browser that its page would not show.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from limen.access.notices import INBOX
from limen.storage.journal.recent import Live
from limen.web.access.inbox import approvals
from limen.web.access.mine import temporary_access
from limen.web.console.live import HEARTBEAT_SECONDS, MOST_CLIENTS, RETRY_MS, still_may
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

_STREAM: Final = "text/event-stream"
PAGES: Final = (
    Route("GET", "/access/live", VIEW, media_type=_STREAM),
    Route("GET", f"{INBOX}/live", VIEW, media_type=_STREAM),
)
_OVER: Final = "event: over\ndata: ended\n\n"

_Shown: TypeAlias = Callable[[Site, SignedInVisit], Awaitable[Mapping[str, Any]]]


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    clients: set[Live] = set()

    @router.get("/access/live")
    async def mine(_request: Request, visit: Authorized) -> Response:
        return _stream(visit, "access/_mine.html", temporary_access)

    @router.get(f"{INBOX}/live")
    async def inbox(_request: Request, visit: Authorized) -> Response:
        return _stream(visit, "access/_inbox.html", approvals)

    def _stream(visit: SignedInVisit, template: str, shown: _Shown) -> Response:
        if len(clients) >= MOST_CLIENTS:
            return Response("Too many people are watching.", 503, media_type="text/plain")
        client = site.ports.journal.live()
        clients.add(client)
        rows = _regions(site, visit, client, clients, template, shown)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(rows, media_type=_STREAM, headers=headers)

    return router


async def _regions(
    site: Site, visit: SignedInVisit, client: Live, clients: set[Live], template: str, shown: _Shown
) -> AsyncIterator[str]:
    """The region whenever something about access has happened, until the browser leaves or may not look any more."""
    try:
        last = await _region(site, visit, template, shown)
        yield f"retry: {RETRY_MS}\n\n"
        async for coming in client.with_pauses(HEARTBEAT_SECONDS):  # ends when too slow: the browser comes back
            if site.ports.doors.shut() is not None or not still_may(site, visit):
                yield _OVER
                return
            if coming is None:
                yield ": still here\n\n"
            elif coming.kind.startswith("access."):
                region = await _region(site, visit, template, shown)
                if region != last:
                    last = region
                    yield f"event: region\ndata: {json.dumps(region)}\n\n"
    finally:
        clients.discard(client)
        client.close()


async def _region(site: Site, visit: SignedInVisit, template: str, shown: _Shown) -> str:
    now = replace(visit, now=site.ports.clock.now())
    values = {"csrf": visit.csrf, "now": now.now, **(await shown(site, now))}
    return site.pages.render(template, now.now, values, visit.localizer.language)
