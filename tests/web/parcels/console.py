"""Every parcel that waits, for administrators."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.site import Site

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
    async def every(request: Request) -> Response:
        return site.page("parcels/every.html", await site.authorize(request), parcel_id="")

    @router.get("/console/parcels/{parcel_id}")
    async def one(request: Request, parcel_id: str) -> Response:
        return site.page("parcels/every.html", await site.authorize(request), parcel_id=parcel_id)

    @router.get("/console/parcels/newest")
    async def newest(request: Request) -> Response:
        return site.page("parcels/every.html", await site.authorize(request), parcel_id="the newest")

    @router.post("/console/parcels/{parcel_id}/hand-out")
    async def hand_out(request: Request, parcel_id: str) -> Response:
        visit = await site.authorize(request)
        await site.form(request, visit)
        return site.go(visit, f"/console/parcels/{parcel_id}")

    return router
