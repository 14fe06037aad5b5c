"""A change and a publication that changed the same: somebody chooses part by part, and the change goes on."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.publish import earlier
from limen.company.rebase import rebased
from limen.company.resolution import disagreements, resolved
from limen.errors import LimenError
from limen.web.console.changes import AT, Changes, change_page, problem_of
from limen.web.console.conflicts import Conflicting, picked_of
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (Route("POST", "/console/changes/{draft_id}/resolve", CHANGE, does="Resolve the conflicts of a change"),)


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.post(AT + "/{draft_id}/resolve")
    async def resolve(draft_id: str, visit: Authorized, sent: Sent) -> Response:
        """The draft on top of what was published meanwhile, with what was chosen of each part that both changed.

        What was chosen holds for the texts that the page showed: of another revision in force nothing is taken.
        """
        draft, in_force = await changes.of(draft_id, visit), changes.company
        try:
            base = await site.in_thread(lambda: earlier(site.ports.database, draft.base))
            names = await site.in_thread(lambda: rebased(base, draft.company, in_force).conflicts)
            parts = await site.in_thread(lambda: disagreements(base, draft.company, in_force))
        except LimenError as wrong:
            return await change_page(changes, visit, draft, problem_of(wrong))
        if one(sent, "onto") != in_force.revision:
            overtaken = LimenError("Someone published again in the meantime", "choose again for each conflict below")
            return await change_page(changes, visit, draft, overtaken, Conflicting(names, parts))
        conflict = Conflicting(names, parts, picked_of(parts, sent))
        if not all(pick.take for pick in conflict.picked):
            open_ones = LimenError("Not every conflict has a choice yet", "choose for each one, then continue")
            return await change_page(changes, visit, draft, open_ones, conflict)
        chosen = [pick.text for pick in conflict.picked]
        try:
            company = await site.in_thread(lambda: resolved(base, draft.company, in_force, chosen))
        except LimenError as wrong:
            return await change_page(changes, visit, draft, problem_of(wrong), conflict)
        return await changes.onto(visit, draft, company, in_force.revision)

    return router
