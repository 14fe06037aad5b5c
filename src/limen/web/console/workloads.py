"""Workloads: the services that may ask, about which apps, and how long their tokens and keys are good. To read only."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.identity.workloads import listed
from limen.sso.oidc import workload_store
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
        held = await site.ports.database.reading(lambda snapshot: workload_store.keys_of(snapshot.connection))
        keys = [one for one in held if visit.now < one.until]
        good = {one.workload.id: tuple(token for token in one.tokens if visit.now < token.expires_at) for one in found}
        return site.page(
            "console/workloads.html",
            visit,
            workloads=sorted((one.workload for one in found), key=lambda one: (not one.active, one.name)),
            good=good,
            keys={one.workload.id: [key for key in keys if key.workload_id == one.workload.id] for one in found},
            apps=site.known.apps,
        )

    return router
