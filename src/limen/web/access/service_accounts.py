"""Service accounts of directories: who answers for each, what for and until when, and how old their secrets are."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.service_accounts.model import ServiceAccount
from limen.access.service_accounts.service import Claim, ServiceAccounts, claim, release
from limen.errors import LimenError
from limen.identity import workloads
from limen.storage import Transaction
from limen.web.console.changes import problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query, whole
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/service-accounts"
_ICON: Final = "M7 8V5h10v3M4 8h16v11H4zM9 13h.1M15 13h.1M9 16h6"
PAGES: Final = (
    Page(AT, "Service accounts elsewhere", READ, Menu("Know", 47, _ICON), hint="directories, Entra apps, secrets"),
    Route("POST", f"{AT}/ask", CHANGE, does="Ask a directory now for its service accounts"),
    Route("POST", f"{AT}/{{account_id}}/claim", CHANGE, does="Say who answers for a service account"),
    Route("POST", f"{AT}/{{account_id}}/release", CHANGE, does="Release a service account"),
)
ROWS: Final = 50
_DONE: Final = {
    "asked": "Asked. What a directory did not answer stands beside its name.",
    "claimed": "Saved.",
    "released": "Released: nobody answers for it now.",
}


def routes(site: Site) -> APIRouter:
    router, accounts = APIRouter(), site.ports.offers.take(ServiceAccounts)

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        shown, start = query(request, "show"), whole(query(request, "start"), 7)
        return await _page(site, visit, accounts, show=shown, start=start, done=_DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/ask")
    async def ask(visit: Authorized, sent: Sent) -> Response:
        await accounts.look(one(sent, "directory"))
        return site.go(visit, AT, done="asked")

    @router.post(f"{AT}/{{account_id}}/claim")
    async def claim_it(account_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        owner, purpose, ends = one(sent, "owner"), one(sent, "purpose"), one(sent, "ends")

        def work(transaction: Transaction) -> None:
            until = workloads.end_of_day(ends, site.ports.settings.zone)
            said = Claim(workloads.owner_of(transaction, owner), purpose, until)
            claim(transaction, account_id, said, visit.now, by=visit.person.id)

        try:
            await site.ports.database.writing(work)
        except LimenError as wrong:
            return await _page(site, visit, accounts, problem=problem_of(wrong))
        return site.go(visit, AT, done="claimed")

    @router.post(f"{AT}/{{account_id}}/release")
    async def release_it(account_id: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        await site.ports.database.writing(lambda t: release(t, account_id, visit.now, by=visit.person.id))
        return site.go(visit, AT, done="released")

    return router


async def _page(
    site: Site,
    visit: SignedInVisit,
    accounts: ServiceAccounts,
    *,
    show: str = "",
    start: int = 0,
    problem: LimenError | None = None,
    done: str = "",
) -> Response:
    every, turns = await accounts.every()
    some = [each for each in every if show != "unclaimed" or not each.is_claimed(visit.now)]
    start = min(start, max(len(some) - 1, 0)) // ROWS * ROWS
    rows = sorted(some, key=lambda each: _order(each, visit.now))[start : start + ROWS]
    return site.page(
        "console/service_accounts.html",
        visit,
        rows=rows,
        found=len(some),
        of=len(every),
        unclaimed=sum(not each.is_claimed(visit.now) for each in every),
        start=start,
        at_once=ROWS,
        show=show,
        turns=turns,
        people=site.known.people,
        ends={each.id: workloads.last_day(each.until, site.ports.settings.zone) for each in rows},
        problem=problem,
        done=done,
    )


def _order(one: ServiceAccount, now: int) -> tuple[bool, bool, str, str]:
    """Those that somebody has to do something about come first."""
    return not one.is_active, one.is_claimed(now), one.directory, one.name.casefold()
