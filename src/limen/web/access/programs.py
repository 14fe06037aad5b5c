"""Programs that somebody answers for: whether each is still needed, said by its owner, with a fresh proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.service_accounts import service
from limen.access.service_accounts.service import ServiceAccounts
from limen.clock import DAY
from limen.errors import LimenError
from limen.identity import workloads
from limen.messages import gettext_noop
from limen.storage import Transaction
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/programs"
PAGES: Final = (
    Page(AT, gettext_noop("Programs you answer for"), VIEW, Menu(PORTAL_FOOT, 30), hint="workloads, service accounts"),
    Route("POST", f"{AT}/workloads/{{workload_id}}/keep", VIEW, does=gettext_noop("Keep a program")),
    Route("POST", f"{AT}/workloads/{{workload_id}}/end", VIEW, does=gettext_noop("End a program")),
    Route("POST", f"{AT}/accounts/{{account_id}}/keep", VIEW, does=gettext_noop("Keep a program")),
    Route("POST", f"{AT}/accounts/{{account_id}}/end", VIEW, does=gettext_noop("Answer for a program no more")),
)


def routes(site: Site) -> APIRouter:
    router, accounts = APIRouter(), site.ports.offers.take(ServiceAccounts)

    async def done(visit: Authorized, work: Callable[[Transaction], object], word: str) -> Response:
        """One answer to what is somebody else's, what is gone and what never was."""
        await fresh_proof(site, visit, AT)
        try:
            await site.identity.ports.write(work)
        except LimenError:
            return site.go(visit, AT, done="refused")
        return site.go(visit, AT, done=word)

    @router.get(AT)
    async def mine(request: Request, visit: Authorized) -> Response:
        owner, zone = visit.person.id, site.ports.settings.zone
        own = await site.ports.database.reading(lambda snapshot: workloads.owned_by(snapshot, owner))
        every, _turns = await accounts.every()
        claimed = [each for each in every if each.owner == owner]
        ends = {each.id: workloads.last_day(each.expires_at, zone) for each in own}
        ends |= {each.id: workloads.last_day(each.until, zone) for each in claimed}
        latest = workloads.last_day(visit.now + workloads.LONGEST_TERM - DAY, zone)
        said = query(request, "done")
        return site.page(
            "access/programs.html",
            visit,
            workloads=own,
            accounts=claimed,
            ends=ends,
            latest=latest,
            done=said if said != "refused" else "",
            is_refused=said == "refused",
        )

    @router.post(f"{AT}/workloads/{{workload_id}}/keep")
    async def keep(workload_id: str, visit: Authorized, sent: Sent) -> Response:
        ends, by = one(sent, "ends"), visit.person.id

        def work(transaction: Transaction) -> None:
            until = workloads.end_of_day(ends, site.ports.settings.zone)
            workloads.keep(transaction, workload_id, until, visit.now, by=by)

        return await done(visit, work, "kept")

    @router.post(f"{AT}/workloads/{{workload_id}}/end")
    async def end(workload_id: str, visit: Authorized, _sent: Sent) -> Response:
        by = visit.person.id
        return await done(visit, lambda t: workloads.give_up(t, workload_id, visit.now, by=by), "ended")

    @router.post(f"{AT}/accounts/{{account_id}}/keep")
    async def keep_account(account_id: str, visit: Authorized, sent: Sent) -> Response:
        ends, by = one(sent, "ends"), visit.person.id

        def work(transaction: Transaction) -> None:
            until = workloads.end_of_day(ends, site.ports.settings.zone)
            service.keep(transaction, account_id, until, visit.now, by=by)

        return await done(visit, work, "kept")

    @router.post(f"{AT}/accounts/{{account_id}}/end")
    async def give_up(account_id: str, visit: Authorized, _sent: Sent) -> Response:
        by = visit.person.id
        return await done(visit, lambda t: service.give_up(t, account_id, visit.now, by=by), "given-up")

    return router
