"""Check again: the device that one sits on looks again, and the page that waits for it hears when it has."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.devices.service import Devices
from limen.facts import Session
from limen.web.page import Route
from limen.web.portal.device_at_hand import seen_of
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Anybody, Sent

_OWN: Final = "it is about the device that one's own session is bound to, and tells no more than the page that asks"
PAGES: Final = (
    Route("POST", "/not-yet/check", undecided=_OWN),
    Route("GET", "/not-yet/device", undecided=_OWN, media_type="application/json"),
)


def routes(site: Site) -> APIRouter:
    """`/not-yet/check` waits for the report, for ten seconds at most, and goes back to the refusal, decided anew."""
    router = APIRouter()

    @router.post("/not-yet/check")
    async def check(visit: Anybody, sent: Sent) -> Response:
        session = visit.live_session
        devices, silent = _devices_of(site, session, visit.now), dict[str, str]()
        if devices is not None and not await devices.check_again(session.device_id):
            silent = {"silent": "yes"}
        return site.go(visit, "/not-yet", decision=one(sent, "decision"), check="now", **silent)

    @router.get("/not-yet/device")
    async def look(visit: Anybody) -> Response:
        session = visit.live_session
        devices = _devices_of(site, session, visit.now)
        return site.json_of(visit, {"seen": "gone" if devices is None else seen_of(devices, session.device_id)})

    return router


def _devices_of(site: Site, session: Session, now: Instant) -> Devices | None:
    """The devices, where the session sits on one now that is its person's; a cookie without its tie sits on none."""
    devices = site.ports.offers.find(Devices)
    if session.bound_until <= now:
        return None
    held = devices.projection.held.get(session.device_id) if devices is not None else None
    return devices if held is not None and held.device.owner_id == session.person_id else None
