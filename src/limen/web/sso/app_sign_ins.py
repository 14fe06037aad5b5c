"""My sign-ins at apps that ask Limen who somebody is: where they last, ending one, and the newest with answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.sign_on_protocols import PROTOCOLS
from limen.events import Event
from limen.facts import App, Session
from limen.messages import gettext_noop
from limen.policy.decision import Effect
from limen.sso.logouts import Logouts
from limen.sso.sign_ins import AppSignIn
from limen.sso.told import hears_of_sign_outs
from limen.storage.journal import Journal
from limen.storage.journal.recent import RING
from limen.storage.journal.search import EventQuery, search
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/app-sign-ins"
PAGES: Final = (
    Page(AT, gettext_noop("Your sign-ins to apps"), VIEW, Menu(PORTAL, 35, title=gettext_noop("Sign-ins")), hint="sso"),
    Route("POST", "/app-sign-ins/{sign_in_id}/end", VIEW, does=gettext_noop("End a sign-in to an app")),
)
MOST: Final = 20
SIGNED_IN: Final = "sso.signed_in"


@dataclass(frozen=True, slots=True)
class Held:
    """A sign-in that lasts. `session` is the one that it hangs on."""

    sign_in: AppSignIn
    app: App | None
    session: Session | None

    @property
    def is_told(self) -> bool:
        """Whether the app hears of its end."""
        return self.app is not None and hears_of_sign_outs(self.app)


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
        known, me = site.known, visit.person.id
        held = [
            Held(one, known.apps.get(one.app), known.sessions.get(one.session_id))
            for one in await logouts.sign_ins_of(me)
        ]
        happened = await site.in_thread(lambda: _happened(site.ports.journal, me))
        return site.page(
            "sso/app_sign_ins.html",
            visit,
            held=held,
            happened=[_line(site, event) for event in happened],
            done=query(request, "done"),
        )

    @router.post("/app-sign-ins/{sign_in_id}/end")
    async def end(sign_in_id: str, visit: Authorized, _sent: Sent) -> Response:
        """Of somebody else's it is as if it were not there."""
        ended = await logouts.end_sign_in(sign_in_id, of=visit.person.id, by=visit.person.id)
        return site.go(visit, AT, done="ended" if ended else "")

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
