"""My access: the groups one is in, and for each app what is open now."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.web.portal.apps import launcher, used_actions
from limen.web.site import Site


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/access")
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        cards, shut = launcher(site, resident)
        groups = [site.known.groups[group] for group in sorted(resident.person.groups) if group in site.known.groups]
        rows = [(card, used_actions(card.app)) for card in (*cards, *shut)]
        return site.page("portal/access.html", resident, groups=groups, rows=rows)

    return router
