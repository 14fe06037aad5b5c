"""Probes: what Limen tries of itself, what came of it last, and a button to have each tried now."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.probes.model import Outcome
from limen.probes.running import Probes
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/probes"
_ICON: Final = "M5 19l5-5M9 9l6 6M13 4l7 7-3.500 3.500-7-7zM4 20l1.500-1.500"
PAGES: Final = (
    Page(AT, "Probes", READ, Menu("Improve", 7, _ICON), hint="canaries, leaver, EDR, upstream, self-test, drill"),
    Route("POST", f"{AT}/{{probe}}", CHANGE, does="Run a probe"),
)
OUTCOMES: Final = {
    Outcome.HELD: ("permit", "Held"),
    Outcome.DID_NOT_HOLD: ("deny", "Did not hold"),
    Outcome.COULD_NOT_RUN: ("challenge", "Could not run"),
}
_ASKED: Final = "The probe runs within a few seconds. Refresh this page to see what it found."


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    probes = site.ports.offers.find(Probes)

    async def page(visit: SignedInVisit, problem: LimenError | None = None, done: str = "") -> Response:
        standings = await probes.standings() if probes is not None else []
        return site.page(
            "console/probes.html",
            visit,
            status=200 if problem is None else 409,
            standings=standings,
            outcomes=OUTCOMES,
            problem=problem,
            done=done,
        )

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        return await page(visit, done=_ASKED if query(request, "done") == "asked" else "")

    @router.post(f"{AT}/{{probe}}")
    async def run(probe: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        if probes is not None:
            await done_or_page(probes.ask(probe, by=visit.person.id), lambda problem: page(visit, problem))
        return site.go(visit, AT, done="asked")

    return router
