"""Rows of requests and grants that change by themselves: server-sent events (HTML standard, section 9.2).

Each message is the whole region as its page would show it now, and is sent only where it differs: nothing of anybody
else's reaches a browser that its page would not show.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from limen.access.kinds import KINDS
from limen.access.notices import INBOX
from limen.access.services import Access
from limen.events import Event
from limen.storage.journal.recent import Live
from limen.web.access.inbox import approvals
from limen.web.access.mine import temporary_access
from limen.web.console.live import HEARTBEAT_SECONDS, MOST_CLIENTS, RETRY_MS, still_may
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

_STREAM: Final = "text/event-stream"
PAGES: Final = (
    Route("GET", "/access/live", VIEW, media_type=_STREAM),
    Route("GET", f"{INBOX}/live", VIEW, media_type=_STREAM),
)
_CHANGES: Final = frozenset(one.name for one in KINDS) - {"access.denied"}
MOST_OF_SESSION: Final = 8
"""So many pages of one session are kept fresh; others are as they were loaded."""
PAUSE_SECONDS: Final = 1.0
"""Between two looks at everything: what happens meanwhile is shown with the next."""
MOST_REMEMBERED: Final = 200
_OVER: Final = "event: over\ndata: ended\n\n"

_Shown: TypeAlias = Callable[[SignedInVisit], Awaitable[Mapping[str, Any]]]
_Concerns: TypeAlias = Callable[[Event], Awaitable[bool]]


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    clients: dict[Live, str] = {}
    deciders = Deciders(site)

    @router.get("/access/live")
    async def mine(request: Request, visit: Authorized) -> Response:
        may_ask, me = query(request, "ask") == "yes", visit.person.id

        async def concerns(event: Event) -> bool:
            return me in {event.subject, event.actor}

        return _stream(visit, "access/_mine.html", partial(temporary_access, site, may_ask=may_ask), concerns)

    @router.get(f"{INBOX}/live")
    async def inbox(_request: Request, visit: Authorized) -> Response:
        async def concerns(event: Event) -> bool:
            return visit.person.id in await deciders.of(event)

        return _stream(visit, "access/_inbox.html", partial(approvals, site), concerns)

    def _stream(visit: SignedInVisit, template: str, shown: _Shown, concerns: _Concerns) -> Response:
        mine = sum(session == visit.session.id for session in clients.values())
        if len(clients) >= MOST_CLIENTS or mine >= MOST_OF_SESSION:
            return Response("Too many people are watching.", 503, media_type="text/plain")
        client = site.ports.journal.live()
        clients[client] = visit.session.id
        rows = _regions(site, visit, client, clients, template, shown, concerns)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(rows, media_type=_STREAM, headers=headers)

    return router


class Deciders:
    """Whose approvals pages an event is about; it is found out once, however many of them are open."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._found: OrderedDict[str, asyncio.Task[frozenset[str]]] = OrderedDict()

    async def of(self, event: Event) -> frozenset[str]:
        if (found := self._found.get(event.id)) is None:
            request_id, grant_id = (str(event.details.get(name, "")) for name in ("request", "grant"))
            looking = self._site.ports.offers.take(Access).deciders(request_id, grant_id)
            found = self._found[event.id] = asyncio.create_task(looking)
            if len(self._found) > MOST_REMEMBERED:
                self._found.popitem(last=False)
        return await asyncio.shield(found)


async def _regions(
    site: Site,
    visit: SignedInVisit,
    client: Live,
    clients: dict[Live, str],
    template: str,
    shown: _Shown,
    concerns: _Concerns,
) -> AsyncIterator[str]:
    """The region whenever something has happened that concerns whom it is shown to, until the browser leaves or may not
    look any more. What others do, however often, costs no look at it.
    """
    elapsed = asyncio.get_running_loop().time
    try:
        last, looked_at = await _region(site, visit, template, shown), elapsed()
        yield f"retry: {RETRY_MS}\n\n"
        async for coming in client.with_pauses(HEARTBEAT_SECONDS):  # ends when too slow: the browser comes back
            is_news = coming is not None and coming.kind in _CHANGES and await concerns(coming)
            if not is_news and coming is not None and elapsed() - looked_at < HEARTBEAT_SECONDS:
                continue
            if is_news:
                await asyncio.sleep(looked_at + PAUSE_SECONDS - elapsed())
                client.skip()
            looked_at = elapsed()
            if site.ports.doors.shut() is not None or not still_may(site, visit):
                yield _OVER
                return
            if not is_news:
                yield ": still here\n\n"
            elif (region := await _region(site, visit, template, shown)) != last:
                last = region
                yield f"event: region\ndata: {json.dumps(region)}\n\n"
    finally:
        clients.pop(client, None)
        client.close()


async def _region(site: Site, visit: SignedInVisit, template: str, shown: _Shown) -> str:
    now = replace(visit, now=site.ports.clock.now())
    values = {"csrf": visit.csrf, "now": now.now, **(await shown(now))}
    return site.pages.render(template, now.now, values, visit.localizer.language)
