"""Every device that was seen, the unmanaged ones first; and who tells of devices, with how it goes."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.inventory.model import Tier
from limen.devices.inventory.watching import SeenDevices
from limen.devices.sources.service import Sources
from limen.facts.device_rules import PULLED
from limen.web.page import Page, Route, Shortcut
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/devices/seen"
PAGES: Final = (
    Page(AT, "Every device that was seen", SEE_PEOPLE, hint="inventory, unmanaged devices, phones"),
    Route("POST", f"{AT}/ask", CHANGE, does="Ask a source of devices now"),
    Shortcut(f"{AT}?show={Tier.UNMANAGED.value}", "Unmanaged devices", hint="unknown, private laptops"),
)
SHOWS: Final = {
    "": "All",
    Tier.UNMANAGED.value: "Unmanaged",
    Tier.PRIVATE.value: "Private",
    Tier.MANAGED.value: "Managed",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    seen, sources = site.ports.offers.take(SeenDevices), site.ports.offers.take(Sources)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        chosen, found = query(request, "show"), await seen.inventory()
        return site.page(
            "console/seen_devices.html",
            visit,
            devices=[one for one in found.devices if chosen not in SHOWS or chosen in {"", one.tier.value}],
            inventory=found,
            shows=SHOWS,
            show=chosen if chosen in SHOWS else "",
            owners=site.known.people,
            sources=await sources.list(),
            pulled=PULLED,
            is_asked=bool(query(request, "done")),
            here=AT,
        )

    @router.post(f"{AT}/ask")
    async def ask(visit: Authorized, sent: Sent) -> Response:
        await sources.ask_soon(one(sent, "source"))
        return site.go(visit, AT, done="asked")

    return router
