"""Stating what no source can tell, by whoever is signed in, with a reason and an end; and taking it back."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import DAY
from limen.errors import LimenError
from limen.roadmap.areas import AREAS
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.roadmap import Shown
from limen.roadmap.stating import state, take_back
from limen.storage import Transaction
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one as one_of, whole
from limen.web.roadmap.control import ONE, Wanted, control_page, may_be_stated, shown_of, stated_of
from limen.web.roadmap.picture import AT
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

STATEMENTS: Final = f"{ONE}/statements"
PAGES: Final = (
    Route("POST", STATEMENTS, CHANGE, does="State for the roadmap what no source can tell"),
    Route("POST", f"{STATEMENTS}/{{statement_id}}/end", CHANGE, does="Take back a statement for the roadmap"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.post(STATEMENTS)
    async def state_it(control_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{control_id}")
        why, days = " ".join(one_of(sent, "why").split()), whole(one_of(sent, "days"), 3)
        wanted = Wanted(one_of(sent, "row"), one_of(sent, "area"), why, days=days)
        shown, _ = await shown_of(site, control_id, visit.now)
        core = site.ports.offers.take(RoadmapJob).core
        try:
            _refuse_elsewhere(shown, wanted)
            await core.write(lambda transaction: _state(transaction, wanted, visit))
        except LimenError as wrong:
            return await control_page(site, visit, control_id, wanted, problem=wrong)
        return site.go(visit, f"{AT}/{shown.control.id}", done="stated")

    @router.post(f"{STATEMENTS}/{{statement_id}}/end")
    async def end(control_id: str, statement_id: str, visit: Authorized, _sent: Sent) -> Response:
        shown, _ = await shown_of(site, control_id, visit.now)
        core, done = site.ports.offers.take(RoadmapJob).core, "gone"
        if any(one.id == statement_id and one.counts(visit.now) for one in await stated_of(site, shown)):
            await core.write(
                lambda transaction: take_back(transaction, statement_id, now=visit.now, by=visit.person.id)
            )
            done = "taken-back"
        return site.go(visit, f"{AT}/{shown.control.id}", done=done)

    return router


def _refuse_elsewhere(shown: Shown, wanted: Wanted) -> None:
    """Raises LimenError for what this control does not ask, and for a row that it does not miss."""
    area = AREAS.get(wanted.area)
    is_asked = area is not None and area.name in {part.area for part in shown.measured.parts}
    if not is_asked or (area is not None and area.is_of_row and may_be_stated(shown, wanted) is None):
        raise LimenError("that is nothing that this control misses", "look at the rows again")


def _state(transaction: Transaction, wanted: Wanted, visit: SignedInVisit) -> None:
    state(
        transaction,
        wanted.area,
        wanted.row_id,
        why=wanted.why,
        lasts=wanted.days * DAY,
        now=visit.now,
        by=visit.person.id,
    )
