"""The parcels that wait for whoever looks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.web.page import PORTAL, Menu, Page
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Page("/parcels", "Your parcels", VIEW, Menu(PORTAL, 35, title="Parcels")),)
TEMPLATES: Final = Path(__file__).parent / "templates"


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/parcels")
    async def mine(visit: Authorized) -> Response:
        return site.page("parcels/mine.html", visit)

    return router
