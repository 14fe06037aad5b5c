"""Confirming a device that waits to be enrolled: its code is typed here, and it is shown what asks and from where."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.devices.service import Devices
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import one
from limen.web.site import Site
from limen.web.user_codes import UNKNOWN_CODE, is_near
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/devices/enrol", "Enrol a device", VIEW, hint="a code that limen-agent shows"),
    Route("POST", "/devices/enrol", VIEW),
    Route("POST", "/devices/enrol/answer", VIEW),
)


def routes(site: Site) -> APIRouter:
    """The code is asked for twice, by the form and by the answer: nothing about it is kept in the browser."""
    router = APIRouter()
    devices = site.ports.offers.take(Devices)
    waiting = devices.enrolments

    @router.get("/devices/enrol")
    async def ask(visit: Authorized) -> Response:
        return site.page("devices/enrol.html", visit, is_open=site.known.device_rules.enrol_by_owner, here="/")

    @router.post("/devices/enrol")
    async def show(visit: Authorized, sent: Sent) -> Response:
        enrolment = await waiting.typed(one(sent, "code"), visit.person.id)
        if enrolment is None or not site.known.device_rules.enrol_by_owner:
            return site.wrong(visit, 400, *UNKNOWN_CODE)
        return site.page(
            "devices/enrol_asks.html", visit, enrolment=enrolment, is_near=is_near(enrolment, visit), here="/"
        )

    @router.post("/devices/enrol/answer")
    async def answer(visit: Authorized, sent: Sent) -> Response:
        """An enrolled device opens apps, as a factor does: whoever took over a session must not add their own."""
        if one(sent, "answer") == "agree":
            await fresh_proof(site, visit, "/devices/enrol")
        enrolment = await waiting.typed(one(sent, "code"), visit.person.id)
        if enrolment is None or not site.known.device_rules.enrol_by_owner:
            return site.wrong(visit, 400, *UNKNOWN_CODE)
        is_theirs = one(sent, "answer") == "agree"
        if is_theirs:
            if await waiting.confirm(enrolment, visit.person.id) is None:
                return site.wrong(visit, 400, *UNKNOWN_CODE)
        else:
            await devices.refuse(enrolment, visit.session)
        return site.page("devices/enrol_done.html", visit, enrolment=enrolment, is_theirs=is_theirs, here="/")

    return router
