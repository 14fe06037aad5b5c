"""My access for a limited time: what somebody has and until when, what they asked for, and ending or withdrawing it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.access.errors import AccessError
from limen.access.model import HeldGrant, RequestState
from limen.access.services import Access
from limen.clock import DAY, Instant
from limen.facts import App
from limen.messages import gettext_noop
from limen.network.model import Network
from limen.web.access.ask import MINE
from limen.web.access.requestable import rule_for
from limen.web.access.rows import GrantRow, RequestRow, grant_row, outlasting, request_row
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("POST", "/access/requests/{request_id}/withdraw", VIEW, does=gettext_noop("Withdraw a request for access")),
    Route("POST", "/access/grants/{grant_id}/end", VIEW, does=gettext_noop("Give access back")),
)
SHOWN_FOR: Final = 30 * DAY
MOST_SHOWN: Final = 20
"""Of what is over, so many of so many days are shown."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    access = site.ports.offers.take(Access)

    @router.post("/access/requests/{request_id}/withdraw")
    async def withdraw(request_id: str, visit: Authorized, _sent: Sent) -> Response:
        return await _done(visit, access.withdraw(visit.session, request_id), "withdrawn")

    @router.post("/access/grants/{grant_id}/end")
    async def end(grant_id: str, visit: Authorized, _sent: Sent) -> Response:
        """It needs no new proof: what only ends access must be quick."""
        return await _done(visit, access.give_back(visit.session, grant_id), "ended")

    async def _done(visit: SignedInVisit, work: Awaitable[object], done: str) -> Response:
        """One answer to what is somebody else's, what is over and what never was."""
        try:
            await work
        except AccessError:
            return site.go(visit, MINE, done="gone")
        return site.go(visit, MINE, done=done)

    return router


async def temporary_access(site: Site, visit: SignedInVisit, *, may_ask: bool) -> Mapping[str, Any]:
    """What a page says of it: grants that last, requests that wait, what is over, and whether more can be asked for,
    which takes a decision on each action of each app: whoever calls has found it out, once.
    """
    access = site.ports.offers.find(Access)
    if access is None:
        return {
            "held": (),
            "approved_flows": (),
            "may_ask_for_flows": False,
            "waiting": (),
            "over": (),
            "may_ask": False,
            "has_access_rules": False,
        }
    words, now = visit.localizer, visit.now
    since = now - SHOWN_FOR
    late = await outlasting(site)
    grants = [_with_use(site, visit, one, late) for one in await access.grants_of(visit.person.id, since)]
    requests = [request_row(site, one, words, now) for one in await access.requests_of(visit.person.id)]
    waiting = [one for one in requests if one.state is RequestState.OPEN]
    approved = [one for one in requests if one.flow is not None and one.state is RequestState.GRANTED]
    refused = [
        one for one in requests if one.state not in {RequestState.OPEN, RequestState.GRANTED} and _is_late(one, since)
    ]
    return {
        "held": sorted((one for one in grants if one.is_active), key=lambda one: one.grant.until),
        "waiting": waiting,
        "over": [one for one in grants if not one.is_active][:MOST_SHOWN],
        "refused": refused[:MOST_SHOWN],
        "approved_flows": [_approved_flow(site, one) for one in approved if _is_late(one, since)][:MOST_SHOWN],
        "may_ask_for_flows": access.may_ask_for_flows(visit.person),
        "may_ask": may_ask,
        "has_access_rules": True,
    }


@dataclass(frozen=True, slots=True)
class ApprovedFlow:
    """A flow of the network that was asked for and approved, and whether the network in force states it."""

    row: RequestRow
    is_published: bool


def _approved_flow(site: Site, row: RequestRow) -> ApprovedFlow:
    network = site.known.rules_of(Network)
    return ApprovedFlow(row, network is not None and any(one.id == row.flow.id for one in network.flows if row.flow))


def _is_late(row: RequestRow, since: Instant) -> bool:
    return max(row.request.decided_at, row.request.asked_at) >= since


def _with_use(site: Site, visit: SignedInVisit, grant: HeldGrant, late: frozenset[str]) -> GrantRow:
    """A grant with where it is used, and how long it can be extended."""
    app = site.known.apps.get(grant.app)
    rule = None if app is None else rule_for(site, visit, app, grant.actions[0])
    longest = rule.longest_ms if rule is not None else 0
    return grant_row(site, grant, visit.localizer, visit.now, _url(site, app), longest, late)


def _url(site: Site, app: App | None) -> str:
    return site.app_url(app, app.start) if app is not None and app.place else ""
