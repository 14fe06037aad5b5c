"""Decisions, the newest first; filtered by the address, and growing by themselves."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.storage.journal.recent import RING
from limen.web.console.looking import looked_at
from limen.web.console.rows import DOORS, MOST_ROWS, filter_from, recent_rows, titles_of
from limen.web.requests import query_id
from limen.web.site import Site


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/decisions")
    async def show(request: Request) -> Response:
        resident = await site.enter_console(request)
        wanted = query_id(request, "id")
        if wanted:
            return site.go(resident, f"/console/decisions/{wanted}")
        chosen = filter_from(lambda name: query_id(request, name))
        if chosen.person:
            looked_at(site, resident, chosen.person, "decisions")
        people = sorted(site.known.people.values(), key=lambda person: person.name.casefold())
        in_memory = site.ports.journal.recent(RING)
        return site.page(
            "console/decisions.html",
            resident,
            room="decisions",
            chosen=chosen,
            rows=recent_rows(site, chosen),
            most=MOST_ROWS,
            oldest=in_memory[-1].at if in_memory else 0,
            people=people,
            names={person.id: person.name for person in people},
            apps=sorted(site.known.apps.values(), key=lambda app: app.name.casefold()),
            doors=DOORS,
            titles=titles_of(site.ports.in_force.engine),
        )

    return router
