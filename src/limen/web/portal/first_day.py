"""Before somebody's first day: the only page that opens, beside those on which they set up how they sign in."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.identity.days import UNTIL_SAID
from limen.identity.pillar import FIRST_DAY
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", FIRST_DAY, VIEW, opens_to_enrol=True),)


def routes(site: Site) -> APIRouter:
    """Whoever has started goes on to their apps."""
    router = APIRouter()

    @router.get(FIRST_DAY)
    async def show(visit: Authorized) -> Response:
        starts_at = site.starts_at(visit.session, visit.now)
        if not starts_at:
            return site.go(visit, "/")
        held = await site.identity.factors.of_person(visit.person.id)
        contact = site.ports.settings.help.contact
        is_known = site.known.first_days.get(visit.person.id) != UNTIL_SAID.isoformat()
        return site.page(
            "portal/first_day.html", visit, starts_at=starts_at, is_known=is_known, held=held, contact=contact
        )

    return router
