"""Temporary access in the console: everybody's requests and grants, and one person's for the helpdesk, who ends theirs.

Nobody gives any here: that is its approvers'.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.model import RequestState
from limen.access.services import Access
from limen.clock import DAY
from limen.web.access.rows import grant_row, name_of, outlasting, request_row
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.people import helping, permission_to_help, reason_of
from limen.web.console.view_audit import audit_events_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import HELP, SEE_PEOPLE
from limen.web.requests import query, query_id
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent

AT: Final = "/console/access"
_CLOCK: Final = "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7v5l3.5 2"
PAGES: Final = (
    Page(AT, "Temporary access", SEE_PEOPLE, Menu("Know", 15, _CLOCK), hint="grants, requests, approvals, revoke"),
    Route("POST", f"{AT}/{{grant_id}}/revoke", HELP, does="Revoke a grant"),
)
SHOWN_FOR: Final = 90 * DAY
_DONE: Final = {"revoked": "The grant is revoked: it opens nothing any more.", "gone": "That grant was over already."}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    access = site.ports.offers.take(Access)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        """What somebody wrote as their reason is shown as text; that anybody looked is journaled."""
        words, now, person = visit.localizer, visit.now, query_id(request, "person")
        requests, grants = await access.everything(now - SHOWN_FOR)
        audit_events_view(site, visit, "temporary-access", person, "")
        asked = [request_row(site, each, words, now) for each in requests if person in {"", each.person_id}]
        late = await outlasting(site)
        theirs = [each for each in grants if person in {"", each.person_id}]
        held = [grant_row(site, each, words, now, outlasting=late) for each in theirs]
        return site.page(
            "console/temporary_access.html",
            visit,
            held=sorted((each for each in held if each.is_active), key=lambda each: each.grant.until),
            waiting=[each for each in asked if each.state is RequestState.OPEN],
            over=[each for each in held if not each.is_active],
            decided=[each for each in asked if each.state not in {RequestState.OPEN, RequestState.GRANTED}],
            able={
                each.request.id: sorted(name_of(site, able) for able in each.request.approvers(now)) for each in asked
            },
            person=site.known.people.get(person),
            helped={each.person_id for each in theirs if visit.may & {*permission_to_help(site, each.person_id)}},
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.post(f"{AT}/{{grant_id}}/revoke")
    async def revoke(request: Request, grant_id: str, visit: Authorized, sent: Sent) -> Response:
        """By whoever may help the person; what somebody has who has a role in the console, administrators end."""
        held = next((each for each in access.held.live() if each.id == grant_id), None)
        if held is None:
            return site.go(visit, AT, done="gone")
        visit = await helping(site, request, visit, held.person_id)
        why = reason_of(visit, sent)
        await fresh_proof(site, visit, AT)
        revoking = access.revoke(visit.session, grant_id, why, is_administrator=True)
        await done_or_page(revoking, lambda _wrong: site.go(visit, AT, done="gone"))
        return site.go(visit, AT, done="revoked")

    return router
