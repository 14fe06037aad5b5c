"""Every parcel that waits, for administrators."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/console/parcels", "Parcels", READ, Menu("Know", 15, "M4 8h16v12H4zM4 8l3-4h10l3 4"), hint="post"),
    Route("GET", "/console/parcels/{parcel_id}", READ),
    Route("GET", "/console/parcels/newest", READ),
    Route("POST", "/console/parcels/{parcel_id}/hand-out", CHANGE),
)
TEMPLATES: Final = Path(__file__).parent / "templates"


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/parcels")
    async def every(visit: Authorized) -> Response:
        return site.page("parcels/every.html", visit, parcel_id="")

    @router.get("/console/parcels/{parcel_id}")
    async def one(parcel_id: str, visit: Authorized) -> Response:
        return site.page("parcels/every.html", visit, parcel_id=parcel_id)

    @router.get("/console/parcels/newest")
    async def newest(visit: Authorized) -> Response:
        return site.page("parcels/every.html", visit, parcel_id="the newest")

    @router.post("/console/parcels/{parcel_id}/hand-out")
    async def hand_out(parcel_id: str, visit: Authorized, _sent: Sent) -> Response:
        return site.go(visit, f"/console/parcels/{parcel_id}")

    return router
