"""My devices: whether each is healthy, what to do where it is not, and looking again at once."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.model import EnrolledDevice, State
from limen.devices.service import Devices
from limen.devices.states import StateError, UnknownDeviceError
from limen.devices.steps import TITLES, steps_for
from limen.messages import gettext_noop
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/devices", "Your devices", VIEW, Menu(PORTAL, 25, title=gettext_noop("Devices")), hint="laptops, health"),
    Route("POST", "/devices/{device_id}/check", VIEW),
    Route("POST", "/devices/{device_id}/lost", VIEW, does=gettext_noop("Report a device lost")),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    devices = site.ports.offers.take(Devices)

    def own(visit: Authorized, device_id: str) -> EnrolledDevice:
        device = devices.device(device_id)
        if device.owner_id != visit.person.id:
            raise UnknownDeviceError
        return device

    @router.get("/devices")
    async def show(request: Request, visit: Authorized) -> Response:
        mine = devices.of(visit.person.id)
        return site.page(
            "devices/mine.html",
            visit,
            devices=[one for one in mine if one.state in {State.ACTIVE, State.QUARANTINED}],
            health={one.id: devices.health(one.id) for one in mine},
            reported={one.id: devices.posture(one.id).at for one in mine},
            bound=visit.session.device_id if visit.session.bound_until > visit.now else "",
            titles=TITLES,
            steps_for=steps_for,
            is_open=site.known.device_rules.enrol_by_owner,
            done=query(request, "done"),
        )

    @router.post("/devices/{device_id}/check")
    async def check(device_id: str, visit: Authorized, _sent: Sent) -> Response:
        answered = await devices.check_again(own(visit, device_id).id)
        return site.go(visit, "/devices", done="checked" if answered else "silent")

    @router.post("/devices/{device_id}/lost")
    async def lost(device_id: str, visit: Authorized, _sent: Sent) -> Response:
        try:
            await devices.change(own(visit, device_id).id, State.LOST, by=visit.person.id, why="its owner lost it")
        except StateError as wrong:
            return site.failed(visit, wrong)
        return site.go(visit, "/devices", done="lost")

    return router
