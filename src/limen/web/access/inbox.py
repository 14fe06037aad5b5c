"""Approvals: what somebody may decide, with what they need to know for it, and what they approved that still lasts.

Nobody finds a request of their own here, and an address that leads to one gives nothing to whom it is not for: what is
decided is looked at again when it is pressed, with a passkey used just now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.errors import (
    AccessError,
    DecidedError,
    NotYoursError,
    UnknownGrantError,
    UnknownRequestError,
)
from limen.access.model import AccessRequest, RequestState
from limen.access.notices import INBOX
from limen.access.services import Access
from limen.clock import Instant, Milliseconds
from limen.facts import App, Facts, Grant, Person, Session
from limen.messages import Words, gettext_noop
from limen.policy.decision import Effect, Request as DecisionRequest
from limen.policy.wording import Audience, Names, because
from limen.web.access.lengths import offered_lengths, read_length
from limen.web.access.recent_passkey import require_recent_passkey
from limen.web.access.rows import GrantRow, RequestRow, device_of, grant_row, outlasting, request_row
from limen.web.network.requested import publish_approved
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.withheld import action_name
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page(
        INBOX,
        gettext_noop("Requests"),
        VIEW,
        Menu(PORTAL, 55, title=gettext_noop("Requests")),
        hint="requests for access",
    ),
    Route("POST", "/access/inbox/{request_id}/approve", VIEW, does=gettext_noop("Approve a request for access")),
    Route("POST", "/access/inbox/{request_id}/refuse", VIEW, does=gettext_noop("Refuse a request for access")),
    Route("POST", "/access/inbox/grants/{grant_id}/revoke", VIEW, does=gettext_noop("Revoke access")),
)
_GONE: Final = (DecidedError, NotYoursError, UnknownGrantError, UnknownRequestError)


@dataclass(frozen=True, slots=True)
class Opened:
    """One action that is asked for: whether it would be open to them as they are signed in now, and else why not."""

    action: str
    effect: Effect
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request with what one should know who decides: who asks, on which device and at what risk, what they have by
    other grants, and what approving it would open. `risk` is -1 where it is not known; `device` is "" for none.
    `outlasts`: it may last past its end while Limen is down. `lets_through`: of a flow of the network what becomes
    newly reachable; () where it would be another by now, and can't be approved.
    """

    row: RequestRow
    person: Person
    groups: tuple[str, ...]
    risk: int
    device: str
    health: str
    has: tuple[GrantRow, ...]
    opens: tuple[Opened, ...]
    lengths: tuple[tuple[str, Milliseconds], ...]
    outlasts: bool
    lets_through: tuple[str, ...] = ()


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    access = site.ports.offers.take(Access)

    @router.get(INBOX)
    async def show(request: Request, visit: Authorized) -> Response:
        done = query(request, "done")
        return site.page("access/inbox.html", visit, done=done, **await approvals(site, visit))

    @router.post("/access/inbox/{request_id}/approve")
    async def approve(request_id: str, visit: Authorized, sent: Sent) -> Response:
        await require_recent_passkey(site, visit, INBOX)
        try:
            decided, grant = await access.approve(visit.session, request_id, at_most=read_length(one(sent, "length")))
        except AccessError as wrong:
            return await _not_done(visit, wrong)
        if decided.flow is not None and decided.state is RequestState.GRANTED:
            is_published = await publish_approved(site, visit, decided)
            return site.go(visit, INBOX, done="flow-published" if is_published else "flow-approved")
        return site.go(visit, INBOX, done="granted" if grant is not None else f"step-{decided.step}")

    @router.post("/access/inbox/{request_id}/refuse")
    async def refuse(request_id: str, visit: Authorized, sent: Sent) -> Response:
        """It needs no new proof: what opens nothing must be quick."""
        try:
            await access.refuse(visit.session, request_id, one(sent, "why"))
        except AccessError as wrong:
            return await _not_done(visit, wrong)
        return site.go(visit, INBOX, done="refused")

    @router.post("/access/inbox/grants/{grant_id}/revoke")
    async def revoke(grant_id: str, visit: Authorized, sent: Sent) -> Response:
        """By whoever approved it; administrators have a page of their own for it."""
        try:
            await access.revoke(visit.session, grant_id, one(sent, "why"), is_administrator=False)
        except AccessError as wrong:
            return await _not_done(visit, wrong)
        return site.go(visit, INBOX, done="revoked")

    async def _not_done(visit: SignedInVisit, wrong: AccessError) -> Response:
        """The inbox again. What is not theirs, what is decided and what never was are answered alike."""
        if isinstance(wrong, _GONE):
            return site.go(visit, INBOX, done="gone")
        return site.page("access/inbox.html", visit, done="", problem=wrong, **await approvals(site, visit))

    return router


async def approvals(site: Site, visit: SignedInVisit) -> Mapping[str, Any]:
    """What the page shows: what waits for this person, and what they approved that still lasts."""
    access, words, now = site.ports.offers.take(Access), visit.localizer, visit.now
    several, late = await access.inbox(visit.person.id), await outlasting(site)
    shown = [each for one in several if (each := _waiting(site, access, one, words, now, late)) is not None]
    waiting = [await _with_what_it_lets_through(access, each) for each in shown]
    mine = [one for one in access.held.live() if visit.person.id in one.approvers]
    return {"waiting": waiting, "given": [grant_row(site, one, words, now, outlasting=late) for one in mine]}


def _waiting(
    site: Site, access: Access, request: AccessRequest, words: Words, now: Instant, late: frozenset[str]
) -> Waiting | None:
    """None where whoever asked is gone."""
    row, person = request_row(site, request, words, now), site.known.people.get(request.person_id)
    if person is None or row.state is not RequestState.OPEN or (row.app is None and row.flow is None):
        return None
    known, risk = site.known, site.known.risk_of(person.id)
    device, health = device_of(site, request.device_id)
    has = [one for one in access.held.live() if one.person_id == person.id]
    return Waiting(
        row=row,
        person=person,
        groups=tuple(known.groups[one].title or one for one in sorted(person.groups) if one in known.groups),
        risk=risk.score if risk.known else -1,
        device=device,
        health=health,
        has=tuple(grant_row(site, one, words, now) for one in has),
        opens=tuple(_opened(site, request, person, row.app, words, now)) if row.app is not None else (),
        lengths=tuple(offered_lengths(request.length_ms)) if row.app is not None else (),
        outlasts=request.app in late,
    )


async def _with_what_it_lets_through(access: Access, waiting: Waiting) -> Waiting:
    if waiting.row.flow is None:
        return waiting
    judged = await access.flows.as_asked(waiting.row.request)
    return replace(waiting, lets_through=judged.opens if judged is not None else ())


def _opened(site: Site, request: AccessRequest, person: Person, app: App, words: Words, now: Instant) -> list[Opened]:
    """What each action would be answered with this grant, as they are signed in now; () where they are not."""
    session = _newest_session(site, person.id)
    if session is None:
        return []
    facts, engine = _with_grant(site.known.facts(session, app, session.address), request, now), site.ports.in_force
    names = Names(person.name, app.name, site.known.groups)
    found = []
    for action in request.actions:
        decision = engine.engine.decide(DecisionRequest(action, host=app.host), facts, now)
        said = because(engine.engine, decision, Audience.HELPDESK, words, names)
        why = tuple(one.sentence for one in said) if decision.effect is Effect.DENY else ()
        found.append(Opened(action_name(action, words), decision.effect, why))
    return found


def _with_grant(facts: Facts, request: AccessRequest, now: Instant) -> Facts:
    """These facts, had the request been approved just now: what it opens on the device that it was asked on."""
    grant = Grant("", request.app, frozenset(request.actions), now + request.length_ms)
    return replace(facts, grants=(*facts.grants, grant))


def _newest_session(site: Site, person_id: str) -> Session | None:
    mine = [one for one in site.known.sessions.values() if one.person_id == person_id and not one.app]
    return max(mine, key=lambda one: one.auth.at, default=None)
