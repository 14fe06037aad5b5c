"""Workloads: the services that may ask, who answers for them, what for and until when; and what they ask with."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.identity import workloads
from limen.identity.model import Terms
from limen.identity.workloads import end_of_day, last_day, listed
from limen.sso.oidc import workload_store
from limen.storage import Transaction
from limen.web.console.changes import problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/workloads"
PAGES: Final = (
    Page(AT, "Workloads", READ, Menu("Know", 30, "workloads"), hint="services and programs"),
    Route("POST", f"{AT}/{{name}}/terms", CHANGE, does="Say who answers for a workload, what for and until when"),
)
_DONE: Final = {"described": "Saved: it counts from the next request on."}


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        return await _page(site, visit, done=_DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/{{name}}/terms")
    async def describe(name: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        owner, purpose, ends = one(sent, "owner"), one(sent, "purpose"), one(sent, "ends")

        def work(transaction: Transaction) -> None:
            until = end_of_day(ends, site.ports.settings.zone)
            said = Terms(workloads.owner_of(transaction, owner), purpose, until)
            workloads.describe(transaction, name, said, visit.now, by=visit.person.id)

        try:
            await site.identity.ports.write(work)
        except LimenError as wrong:
            return await _page(site, visit, problem=problem_of(wrong))
        return site.go(visit, AT, done="described")

    return router


async def _page(site: Site, visit: SignedInVisit, problem: LimenError | None = None, done: str = "") -> Response:
    found = await site.ports.database.reading(listed)
    held = await site.ports.database.reading(lambda snapshot: workload_store.keys_of(snapshot.connection))
    keys = [key for key in held if visit.now < key.until]
    good = {each.workload.id: tuple(token for token in each.tokens if visit.now < token.expires_at) for each in found}
    return site.page(
        "console/workloads.html",
        visit,
        workloads=sorted((each.workload for each in found), key=lambda each: (not each.active, each.name)),
        good=good,
        keys={each.workload.id: [key for key in keys if key.workload_id == each.workload.id] for each in found},
        apps=site.known.apps,
        owners={each.workload.owner: site.known.people.get(each.workload.owner) for each in found},
        ends={each.workload.id: last_day(each.workload.expires_at, site.ports.settings.zone) for each in found},
        problem=problem,
        done=done,
    )
