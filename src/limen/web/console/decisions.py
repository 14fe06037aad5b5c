"""Decisions, the newest first; filtered by the address, growing by themselves, and on disk going back to the first."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.events import instant_of
from limen.events.ids import first_id_at
from limen.storage.journal.newest import newest
from limen.storage.journal.search import EventPage, EventQuery
from limen.web.console.rows import DOORS, EVERYTHING, MOST_ROWS, REFUSED, Filter, filter_from, rows_of, titles_of
from limen.web.console.timeline import before_of
from limen.web.console.view_audit import audit_events_view
from limen.web.page import Menu, Page, Shortcut
from limen.web.permissions import READ
from limen.web.requests import query_id
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page(
        "/console/decisions", "Decisions", READ, Menu("Watch", 20, "decisions"), hint="requests and answers, live log"
    ),
    Shortcut("/console/decisions?effect=refused", "Refusals", hint="denied and challenged decisions"),
)

WITHOUT_LIMEN: Final = Filter(own="hide")
"""What is shown where nothing was asked for: whoever looks at this list would fill it with their own looking."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/decisions")
    async def show(request: Request, visit: Authorized) -> Response:
        wanted = query_id(request, "id")
        if wanted:
            return site.go(visit, f"/console/decisions/{wanted}")
        chosen = filter_from(lambda name: query_id(request, name)) if request.url.query else WITHOUT_LIMEN
        audit_events_view(site, visit, "decisions", chosen.person, chosen.app)
        people = sorted(site.known.people.values(), key=lambda person: person.name.casefold())
        before = before_of(query_id(request, "before"))
        page = await site.in_thread(lambda: _page(site, chosen, before))
        titles = titles_of(site.ports.in_force.engine)
        return site.page(
            "console/decisions.html",
            visit,
            chosen=chosen,
            rows=rows_of(page.events, site.known, titles),
            most=MOST_ROWS,
            is_newest=not before,
            older=page.before,
            looked_to=instant_of(page.before) if page.before else 0,
            people=people,
            names={person.id: person.name for person in people},
            apps=sorted(site.known.apps.values(), key=lambda app: app.name.casefold()),
            doors=DOORS,
            titles=titles,
            everything=EVERYTHING,
            is_usual=chosen == WITHOUT_LIMEN,
        )

    return router


def _page(site: Site, chosen: Filter, before: str) -> EventPage:
    """A page of decisions: from memory as far as that reaches, then on from disk. May read the disk."""
    return newest(site.ports.journal, sought_by(chosen, before), MOST_ROWS)


def sought_by(chosen: Filter, before: str) -> EventQuery:
    """The decisions of this filter on disk, from before the event of this id."""
    until = first_id_at(chosen.until) if chosen.until else ""
    return EventQuery(
        person=chosen.person,
        app=chosen.app,
        kinds=("decision",),
        effects=("challenge", "deny") if chosen.effect == REFUSED else (chosen.effect,) if chosen.effect else (),
        before=min((each for each in (before, until) if each), default=""),
        since=chosen.since,
        holds=chosen.holds,
    )
