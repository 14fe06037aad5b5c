"""Workloads: the services that may ask, about which apps, and how long their tokens are good. To read only."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.identity.workloads import listed
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/workloads", "Workloads", READ, Menu("Know", 30, "workloads"), hint="services and programs"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/workloads")
    async def everything(visit: Authorized) -> Response:
        found = await site.ports.database.reading(listed)
        good = {one.workload.id: tuple(token for token in one.tokens if visit.now < token.expires_at) for one in found}
        return site.page(
            "console/workloads.html",
            visit,
            workloads=sorted((one.workload for one in found), key=lambda one: (not one.active, one.name)),
            good=good,
            apps=site.known.apps,
        )

    return router
