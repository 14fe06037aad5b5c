"""Decisions, the newest first; filtered by the address, and growing by themselves."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import App
from limen.web.console.rows import MOST_ROWS, filter_from, recent_rows
from limen.web.requests import query_id
from limen.web.site import Site


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/decisions")
    async def show(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        chosen = filter_from(lambda name: query_id(request, name))
        people = sorted(site.known.people.values(), key=lambda person: person.name.casefold())
        apps: list[App] = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
        return site.page(
            "console/decisions.html",
            resident,
            room="decisions",
            chosen=chosen,
            rows=recent_rows(site, chosen),
            most=MOST_ROWS,
            people=people,
            apps=apps,
        )

    return router
