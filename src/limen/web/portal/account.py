"""Account activity: what opens and shuts it, by whom; and "this wasn't me", which shuts it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.events import KINDS, Event
from limen.facts import Person
from limen.messages import gettext_noop
from limen.storage.journal import Journal
from limen.storage.journal.recent import RING
from limen.storage.journal.search import EventQuery, search
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import SESSION_COOKIE
from limen.web.site import Site, drop_cookie
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page(
        "/account",
        gettext_noop("Account activity"),
        VIEW,
        Menu(PORTAL_FOOT, 20),
        hint="it wasn't me",
        opens_to_enrol=True,
    ),
    # It only takes away, and may not wait for a factor.
    Route("POST", "/account/not-me", VIEW, does=gettext_noop("This wasn't me"), opens_to_enrol=True),
)

AT: Final = "/account"
MOST: Final = 50
ROLES: Final = {
    "administrators": gettext_noop("an administrator"),
    "helpdesk": gettext_noop("the helpdesk"),
    "break-glass": gettext_noop("break-glass"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line. `by` is a role, never a name: who did it is for the journal."""

    at: Instant
    what: str
    by: str
    address: str


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def show(visit: Authorized) -> Response:
        events = await site.in_thread(lambda: _told_to(site.ports.journal, visit.person.id))
        lines = [_line(site, visit, event) for event in told_once(events)[:MOST]]
        return site.page("portal/account.html", visit, lines=lines, contact=site.ports.settings.help.contact)

    @router.post(f"{AT}/not-me")
    async def not_me(visit: Authorized, _sent: Sent) -> Response:
        """Needs no fresh proof: what only ends access must be quick."""
        await site.identity.recovery.not_me(visit.session)
        contact = site.ports.settings.help.contact
        response = site.page("portal/not_me.html", visit, me=None, contact=contact, here="/")
        drop_cookie(response, SESSION_COOKIE)
        return response

    return router


def _told_to(journal: Journal, person_id: str) -> list[Event]:
    """What is in memory and what the files hold, the newest first, as far as it is found in the time of a page.

    The files are not asked for what strangers can cause: they may be full of it.
    """

    def is_told(event: Event) -> bool:
        return event.subject == person_id and text_of(event) != ""

    found = {event.id: event for event in journal.recent(RING, is_told)}
    kinds = tuple(kind.name for kind in KINDS.values() if kind.told and not kind.by_strangers)
    kept = search(journal.reader, EventQuery(person_id, kinds=kinds, holds=is_told), MOST)
    found |= {event.id: event for event in kept.events}
    return [found[event_id] for event_id in sorted(found, reverse=True)]


def text_of(event: Event) -> str:
    """What a person is told of this event, in words for the catalogue; "" where it is nothing of the kind."""
    kind = KINDS.get(event.kind)
    return kind.told_of(event) if kind is not None else ""


def told_once(events: Sequence[Event]) -> list[Event]:
    """Of each kind that strangers can cause only the newest: many of them must not push anything off the page."""
    newest: dict[str, Event] = {}
    return [event for event in events if not _is_by_strangers(event) or newest.setdefault(event.kind, event) is event]


def _is_by_strangers(event: Event) -> bool:
    kind = KINDS.get(event.kind)
    return kind is not None and kind.by_strangers


def role_of(person: Person | None) -> str:
    """Which role somebody acted in, in words for the catalogue."""
    held = person.groups if person is not None else frozenset()
    return next((word for group, word in ROLES.items() if group in held), gettext_noop("someone with the right to"))


def _line(site: Site, visit: SignedInVisit, event: Event) -> Happened:
    localizer = visit.localizer
    is_own = event.actor == visit.person.id
    if is_own:
        by = localizer.gettext("you")
    elif event.actor:
        by = localizer.gettext(role_of(site.known.people.get(event.actor)))
    else:
        by = "" if _is_by_strangers(event) else localizer.gettext("the server")
    return Happened(event.at, localizer.gettext(text_of(event)), by, event.address if is_own else "")
