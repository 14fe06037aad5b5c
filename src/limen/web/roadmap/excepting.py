"""Leaving out a row or a whole control on purpose, with a reason, what is done in its place, and an end; and ending it.

No figure changes by it: what is excepted stays not met.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import DAY
from limen.errors import LimenError
from limen.roadmap.deciding import end_exception, except_row
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.roadmap import Shown
from limen.storage import Transaction
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one as one_of, whole
from limen.web.roadmap.control import ONE, Wanted, control_page, may_except, rows_of, shown_of
from limen.web.roadmap.picture import AT
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

EXCEPTIONS: Final = f"{ONE}/exceptions"
PAGES: Final = (
    Route("POST", EXCEPTIONS, CHANGE, does="Except it from the roadmap"),
    Route("POST", f"{EXCEPTIONS}/{{exception_id}}/end", CHANGE, does="End an exception of the roadmap"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.post(EXCEPTIONS)
    async def except_(control_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{control_id}")
        wanted = Wanted(
            one_of(sent, "row"),
            why=" ".join(one_of(sent, "why").split()),
            compensation=" ".join(one_of(sent, "compensation").split()),
            days=whole(one_of(sent, "days"), 3),
        )
        shown, _ = await shown_of(site, control_id, visit.now)
        core = site.ports.offers.take(RoadmapJob).core
        try:
            _refuse_not_missed(shown, wanted.row_id)
            await core.write(lambda transaction: _except(transaction, control_id, wanted, visit))
        except LimenError as wrong:
            return await control_page(site, visit, control_id, wanted, problem=wrong)
        return site.go(visit, f"{AT}/{shown.control.id}", done="excepted")

    @router.post(f"{EXCEPTIONS}/{{exception_id}}/end")
    async def end(control_id: str, exception_id: str, visit: Authorized, _sent: Sent) -> Response:
        shown, known = await shown_of(site, control_id, visit.now)
        core, done = site.ports.offers.take(RoadmapJob).core, "gone"
        if any(one.id == exception_id and one.counts(visit.now) for one in known):
            await core.write(
                lambda transaction: end_exception(transaction, exception_id, now=visit.now, by=visit.person.id)
            )
            done = "ended"
        return site.go(visit, f"{AT}/{shown.control.id}", done=done)

    return router


def _refuse_not_missed(shown: Shown, row_id: str) -> None:
    """Raises LimenError for a row that can't be excepted; the whole control ("") always can."""
    row = rows_of(shown).get(row_id)
    if row_id and (row is None or not may_except(shown, row)):
        raise LimenError("this is not missed any more, or it is excepted already", "look at the rows again")


def _except(transaction: Transaction, control_id: str, wanted: Wanted, visit: SignedInVisit) -> None:
    except_row(
        transaction,
        control_id,
        wanted.row_id,
        why=wanted.why,
        compensation=wanted.compensation,
        lasts=wanted.days * DAY,
        now=visit.now,
        by=visit.person.id,
    )
