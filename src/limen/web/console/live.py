"""The live stream: server-sent events (HTML standard, section 9.2), one row each, resumed by Last-Event-ID."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from limen.clock import Instant
from limen.events import Event
from limen.facts import SessionState
from limen.storage.break_glass import is_break_glass
from limen.storage.journal.recent import Live
from limen.web.console.rows import MOST_ROWS, Filter, filter_from, rows_of, titles_of
from limen.web.console.timeline import before_of
from limen.web.console.view_audit import audit_events_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.requests import query_id
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

PAGES: Final = (Route("GET", "/console/decisions/live", READ, media_type="text/event-stream"),)

HEARTBEAT_SECONDS: Final = 5.0
MOST_CLIENTS: Final = 500
RETRY_MS: Final = 2_000
_OVER: Final = "event: over\ndata: ended\n\n"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    clients: set[Live] = set()

    @router.get("/console/decisions/live")
    async def stream(request: Request, visit: Authorized) -> Response:
        if len(clients) >= MOST_CLIENTS:
            return Response("Too many people are watching.", 503, media_type="text/plain")
        chosen = filter_from(lambda name: query_id(request, name))
        audit_events_view(site, visit, "live", chosen.person, chosen.app)
        client = site.ports.journal.live()
        clients.add(client)
        rows = _rows(site, visit, client, clients, chosen, before_of(request.headers.get("last-event-id", "")))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(rows, media_type="text/event-stream", headers=headers)

    return router


async def _rows(
    site: Site, visit: SignedInVisit, client: Live, clients: set[Live], chosen: Filter, seen: str
) -> AsyncIterator[str]:
    """What was missed since `seen`, then what happens, until the browser leaves or may not look any more.

    Whether it may is asked before every message and at every heartbeat: a session that was ended sees nothing further.
    """
    last = seen
    try:
        yield f"retry: {RETRY_MS}\n\n"
        missed = site.ports.journal.recent(MOST_ROWS, lambda e: e.id > seen and chosen.holds(e)) if seen else []
        for event in reversed(missed):
            last = event.id
            yield message(site, event, visit.now)
        async for coming in client.with_pauses(HEARTBEAT_SECONDS):  # ends when too slow: the browser comes back
            if site.ports.doors.shut() is not None or not still_may(site, visit):
                yield _OVER
                return
            if coming is None:
                yield ": still here\n\n"
            elif coming.id > last and chosen.holds(coming):
                yield message(site, coming, site.ports.clock.now())
    finally:
        clients.discard(client)
        client.close()


def message(site: Site, event: Event, now: Instant) -> str:
    """One event of the stream. A row is a single line, since a newline would end the data."""
    (row,) = rows_of([event], site.known, titles_of(site.ports.in_force.engine))
    html = site.pages.render("console/_row.html", now, {"row": row, "fresh": True})
    return f"id: {event.id}\nevent: decision\ndata: {' '.join(html.split())}\n\n"


def still_may(site: Site, visit: SignedInVisit) -> bool:
    """Whether the console is still open to this session: not journaled, or watching would fill the journal."""
    now = site.ports.clock.now()
    session = site.known.sessions.get(visit.session.id)
    if (
        session is None
        or site.known.session_state(session, "", now) is not SessionState.LIVE
        or visit.answer.app is None
    ):
        return False
    app = site.known.apps.get(visit.answer.app.id)
    if app is None or visit.answer.decision is None:
        return False
    if is_break_glass(session):
        return site.may_administer(session, visit.visitor.address, now)
    facts = site.known.facts(session, app, visit.visitor.address)
    return site.ports.in_force.engine.decide(visit.answer.decision.request, facts, now).is_permit
