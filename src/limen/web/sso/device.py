"""Letting a device without a browser sign in (RFC 8628): its code is typed here, and it is shown where it came from."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.facts import LIMEN, App
from limen.policy.decision import Effect
from limen.sso.oidc.devices import Device
from limen.sso.oidc.provider import Provider
from limen.web.page import Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import one
from limen.web.site import Site
from limen.web.user_codes import UNKNOWN_CODE, is_near
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/device", "Connect a device", VIEW, hint="a code that a device shows"),
    Route("POST", "/device", VIEW),
    Route("POST", "/device/answer", VIEW),
)


def routes(site: Site) -> APIRouter:
    """The code is asked for twice, by the form and by the answer: nothing about it is kept in the browser."""
    router = APIRouter()
    provider = site.ports.offers.take(Provider)

    def wrong(visit: SignedInVisit) -> Response:
        site.ports.doors.tell(
            "sso.device_code_wrong", "", door="sso", address=visit.visitor.address, session=visit.session
        )
        return site.wrong(visit, 400, *UNKNOWN_CODE)

    async def typed(visit: SignedInVisit, code: str) -> tuple[str, Device | None, App | None]:
        """The device that shows this code, by its name, and the app that it would use."""
        name, device = await provider.device.devices.typed(code, visit.person.id) or ("", None)
        return name, device, site.known.apps.get(device.app) if device else None

    @router.get("/device")
    async def ask(visit: Authorized) -> Response:
        return site.page("sso/device.html", visit, here="/")

    @router.post("/device")
    async def show(visit: Authorized, sent: Sent) -> Response:
        _, device, app = await typed(visit, one(sent, "code"))
        if device is None or app is None:
            return wrong(visit)
        return site.page(
            "sso/device_asks.html", visit, device=device, app=app, is_near=is_near(device, visit), here="/"
        )

    @router.post("/device/answer")
    async def answer(visit: Authorized, sent: Sent) -> Response:
        name, device, app = await typed(visit, one(sent, "code"))
        if device is None or app is None:
            return wrong(visit)
        if one(sent, "answer") != "agree":
            await provider.device.refuse(name, device, visit.session)
            return site.page("sso/device_done.html", visit, app=app, is_let_in=False, here="/")
        effect, decision = await provider.device.let_in(name, device, visit.session, visit.visitor.address)
        if effect is Effect.CHALLENGE:
            return site.go(visit, "/step-up", app=LIMEN, to="/device", decision=decision)
        if effect is Effect.DENY:
            return site.go(visit, "/not-yet", decision=decision)
        return site.page("sso/device_done.html", visit, app=app, is_let_in=True, here="/")

    return router
