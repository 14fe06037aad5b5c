"""My devices: whether each is healthy, what to do where it is not, and looking again at once."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.devices.model import EnrolledDevice, State
from limen.devices.service import Devices
from limen.devices.states import UnknownDeviceError
from limen.devices.steps import TITLES, steps_for
from limen.events import Event
from limen.messages import gettext_noop
from limen.web.console.fresh_proof import fresh_proof
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


WHAT_HAPPENED: Final = {
    "device.enrolled": gettext_noop("It was enrolled"),
    "device.quarantined": gettext_noop("It was put in quarantine"),
    "device.released": gettext_noop("It was released from quarantine"),
    "device.lost": gettext_noop("It was reported lost"),
    "device.retired": gettext_noop("It was retired"),
    "device.cloned": gettext_noop("Its key was used from two places"),
    "device.signal": gettext_noop("A sensor reported a risk"),
    "device.signal_ended": gettext_noop("A risk was over"),
    "device.signal_reopened": gettext_noop("A risk counted again"),
    "device.sessions_ended": gettext_noop("What was signed in on it was ended"),
    "device.wipe_requested": gettext_noop("Its wipe was requested"),
}
HEALTH: Final = {
    "compliant": gettext_noop("It counted as healthy"),
    "non_compliant": gettext_noop("It no longer counted as healthy"),
}
MOST_EVENTS: Final = 10
"""Of one device, on its owner's page; an administrator's has all."""
_MOST_READ: Final = 500


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
        """What devices lack is told to a session that is on one of them, or never was; a copied cookie without its tie
        learns nothing of it.
        """
        mine = devices.of(visit.person.id)
        bound = visit.session.device_id if visit.session.bound_until > visit.now else ""
        is_told = bool(bound) or not visit.session.binding
        return site.page(
            "devices/mine.html",
            visit,
            devices=[one for one in mine if one.state in {State.ACTIVE, State.QUARANTINED}],
            health={one.id: devices.health(one.id) for one in mine},
            reported={one.id: devices.posture(one.id).at for one in mine},
            history=_history(site, mine) if is_told else {},
            is_told=is_told,
            bound=bound,
            here_is=next((one.name for one in mine if one.id == bound and one.state is State.ACTIVE), ""),
            address=site.ports.settings.public_url,
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
        """It can't be taken back: whoever took over a session must not take their devices from people."""
        device = own(visit, device_id)
        await fresh_proof(site, visit, "/devices")
        await devices.change(device.id, State.LOST, by=visit.person.id, why="its owner lost it")
        return site.go(visit, "/devices", done="lost")

    return router


def _happened(event: Event) -> str:
    """What an event is to a device's owner; "" for one that says nothing to them."""
    return WHAT_HAPPENED.get(event.kind) or HEALTH.get(str(event.details.get("compliance", "")), "")


def _history(site: Site, mine: list[EnrolledDevice]) -> dict[str, list[tuple[Instant, str]]]:
    """What happened to each of these lately, the newest first: when, and what."""
    ids = {one.id for one in mine}
    found: dict[str, list[tuple[Instant, str]]] = {}
    for event in site.ports.journal.recent(_MOST_READ, lambda event: event.device in ids and bool(_happened(event))):
        found.setdefault(event.device, []).append((event.at, _happened(event)))
    return {device: lines[:MOST_EVENTS] for device, lines in found.items()}
