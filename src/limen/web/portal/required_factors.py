"""What I must set up, and by when: a nudge after signing in while there is time, and the only page that opens after."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.identity.pillar import REQUIRED_FACTORS
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import query, where_to
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", REQUIRED_FACTORS, VIEW, opens_to_enrol=True),)


def routes(site: Site) -> APIRouter:
    """`/required-factors?to=PATH`. Without anything left to set up it goes on to where its visitor wanted to be."""
    router = APIRouter()

    @router.get(REQUIRED_FACTORS)
    async def show(request: Request, visit: Authorized) -> Response:
        to = where_to(query(request, "to", 2_048))
        dues = site.known.dues_of(visit.person.id)
        if not dues:
            return site.go(visit, "/onward", to=to)
        held = await site.identity.factors.of_person(visit.person.id)
        return site.page(
            "portal/required_factors.html",
            visit,
            dues=dues,
            is_overdue=dues[0].at <= visit.now,
            needed={due.needed for due in dues},
            held=held,
            to=to,
            again=f"{REQUIRED_FACTORS}?{urlencode({'to': to})}",
            contact=site.ports.settings.help.contact,
        )

    return router
