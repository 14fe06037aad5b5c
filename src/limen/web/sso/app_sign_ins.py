"""Sign-ins at apps that ask Limen who somebody is: where one's own last, ending one, and the newest with answers; and
ending somebody else's, for whoever may help them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.protocols import PROTOCOLS
from limen.events import Event
from limen.facts import App
from limen.messages import gettext_noop
from limen.policy.decision import Effect
from limen.sso.logouts import Logouts
from limen.storage.journal import Journal
from limen.storage.journal.recent import RING
from limen.storage.journal.search import EventQuery, search
from limen.web.console.people import helping, reason_of
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import HELP, VIEW
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.sso.at_apps import AT, at_apps
from limen.web.visit import Authorized, Sent

SESSIONS: Final = "/sessions"
PAGES: Final = (
    Page(AT, gettext_noop("Your sign-ins to apps"), VIEW, Menu(PORTAL, 35, title=gettext_noop("Sign-ins")), hint="sso"),
    Route("POST", "/app-sign-ins/{sign_in_id}/end", VIEW, does=gettext_noop("End a sign-in to an app")),
    Route("POST", "/console/people/{person_id}/app-sign-ins/{sign_in_id}/end", HELP, does="End a sign-in to an app"),
)
MOST: Final = 20
SIGNED_IN: Final = "sso.signed_in"


@dataclass(frozen=True, slots=True)
class Happened:
    """A sign-in that there was, or one that was refused: then `decision` is the one that says why."""

    at: Instant
    app: App | None
    effect: str
    address: str
    decision: str


def routes(site: Site) -> APIRouter:
    router, logouts = APIRouter(), site.ports.offers.take(Logouts)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        me = visit.person.id
        happened = await site.in_thread(lambda: _happened(site.ports.journal, me))
        return site.page(
            "sso/app_sign_ins.html",
            visit,
            at_apps=await at_apps(site, me),
            happened=[_line(site, event) for event in happened],
            done=query(request, "done"),
        )

    @router.post("/app-sign-ins/{sign_in_id}/end")
    async def end(sign_in_id: str, visit: Authorized, sent: Sent) -> Response:
        """Of somebody else's it is as if it were not there."""
        ended = await logouts.end_sign_in(sign_in_id, of=visit.person.id, by=visit.person.id)
        if one(sent, "back") == SESSIONS:
            return site.go(visit, SESSIONS, done="app-ended" if ended else "")
        return site.go(visit, AT, done="ended" if ended else "")

    @router.post("/console/people/{person_id}/app-sign-ins/{sign_in_id}/end")
    async def end_of(request: Request, person_id: str, sign_in_id: str, visit: Authorized, sent: Sent) -> Response:
        """Needs no new proof: what only ends access must be quick."""
        visit = await helping(site, request, visit, person_id)
        why = reason_of(visit, sent)
        ended = await logouts.end_sign_in(sign_in_id, of=person_id, by=visit.person.id, why=why)
        return site.go(visit, f"/console/people/{person_id}", done="app-ended" if ended else "")

    return router


def _happened(journal: Journal, me: str) -> list[Event]:
    """The newest sign-ins of a person, and what was refused them; from memory, and on disk as far as time allows."""

    def is_one(event: Event) -> bool:
        record = event.decision
        is_refused = record is not None and record.door in PROTOCOLS and record.effect != Effect.PERMIT
        return event.actor == me and (event.kind == SIGNED_IN or is_refused)

    found = {event.id: event for event in journal.recent(RING, is_one)}
    if len(found) < MOST:
        kept = search(journal.reader, EventQuery(me, kinds=(SIGNED_IN,), holds=is_one), MOST)
        found |= {event.id: event for event in kept.events}
    return [found[event_id] for event_id in sorted(found, reverse=True)][:MOST]


def _line(site: Site, event: Event) -> Happened:
    record = event.decision
    if record is not None:
        return Happened(event.at, site.known.apps.get(record.app), record.effect, event.address, event.id)
    app = site.known.apps.get(str(event.details.get("app", "")))
    return Happened(event.at, app, Effect.PERMIT, event.address, "")
