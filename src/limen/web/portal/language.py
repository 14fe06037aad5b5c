"""The language one reads Limen in: chosen at the foot of every page, and kept by this browser."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.web.page import Route
from limen.web.requests import NotOursError, UnreadableError, one, where_to
from limen.web.site import Site
from limen.web.visit import Visit

PAGES: Final = (
    Route("POST", "/language", undecided="sets in which language this browser is spoken to, and nothing else"),
)


def routes(site: Site) -> APIRouter:
    """`/language`: sets the cookie and leads back to where the choice was made."""
    router = APIRouter()

    @router.post("/language")
    async def choose(request: Request) -> Response:
        visit, sent = await _sent(site, request)
        visit, chosen = site.spoken_in(visit, one(sent, "language"))
        if chosen is None:
            raise UnreadableError
        return site.keep(chosen, site.go(visit, where_to(one(sent, "to"))))

    return router


async def _sent(site: Site, request: Request) -> tuple[Visit, dict[str, list[str]]]:
    """The form, from a page for whoever is signed in, or one for whom break-glass counts as nobody."""
    visit = site.visit(request, with_break_glass=True)
    try:
        return visit, await site.form(request, visit)
    except NotOursError:
        visit = site.visit(request)
        return visit, await site.form(request, visit)
