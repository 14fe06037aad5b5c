"""By which channels people hear of cases: setting the address of one, which is never shown, and trying it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.monitor.notify.rules import Kind
from limen.monitor.notify.service import Notices
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/channels"
PAGES: Final = (
    Page(AT, "Channels", CHANGE, hint="notices of alerts, mail, Slack, Teams, PagerDuty, webhook"),
    Route("POST", f"{AT}/{{name}}/address", CHANGE, does="Set the address of a channel"),
    Route("POST", f"{AT}/{{name}}/test", CHANGE, does="Try a channel"),
)
DONE: Final = {"set": "The address is kept, sealed. It is never shown again.", "sent": "Sent. Look whether it arrived."}
KINDS: Final = {
    Kind.MAIL: "email",
    Kind.SLACK: "Slack",
    Kind.TEAMS: "Microsoft Teams",
    Kind.PAGERDUTY: "PagerDuty",
    Kind.WEBHOOK: "signed webhook",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    notices = site.ports.offers.take(Notices)

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        done = DONE.get(query(request, "done"), "")
        return site.page("monitor/channels.html", visit, channels=await notices.channels(), kinds=KINDS, done=done)

    @router.post(f"{AT}/{{name}}/address")
    async def address(name: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        secret = await notices.set_address(name, one(sent, "token"), by=visit.person.id)
        if secret:
            return site.page("monitor/channel_secret.html", visit, name=name, secret=secret)
        return site.go(visit, AT, done="set")

    @router.post(f"{AT}/{{name}}/test")
    async def test(name: str, visit: Authorized, _sent: Sent) -> Response:
        wrong = await notices.try_out(name)
        return site.go(visit, AT, done="" if wrong else "sent")

    return router
