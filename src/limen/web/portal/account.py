"""What happened with your account: what opens and shuts it, by whom; and "this wasn't me", which shuts it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.events import Event
from limen.facts import Person
from limen.messages import gettext_noop
from limen.storage.journal import Journal
from limen.storage.journal.older import Sought, older
from limen.storage.journal.recent import RING
from limen.web.requests import SESSION_COOKIE
from limen.web.site import Resident, Site, drop_cookie

AT: Final = "/account"
MOST: Final = 50
REFUSED: Final = "recovery.refused"
HAPPENED: Final[Mapping[tuple[str, str], str]] = {
    ("link.issued", "access_pass"): gettext_noop("An access pass was issued"),
    ("link.issued", "second_device"): gettext_noop("A link for another device was made"),
    ("link.issued", "invitation"): gettext_noop("A link to enrol was issued"),
    ("factor.added", "passkey"): gettext_noop("A passkey was added"),
    ("factor.added", "password"): gettext_noop("A password was set"),
    ("factor.added", "code"): gettext_noop("An authenticator code was set up"),
    ("factor.removed", "passkey"): gettext_noop("A passkey was removed"),
    ("factor.removed", "password"): gettext_noop("The password was removed"),
    ("factor.removed", "code"): gettext_noop("The authenticator code was removed"),
    ("recovery.codes_made", ""): gettext_noop("Recovery codes were made"),
    ("recovery.code_used", ""): gettext_noop("A recovery code was used"),
    (REFUSED, ""): gettext_noop("Somebody tried a recovery code that was wrong"),
    ("session.revoked", ""): gettext_noop("A session was ended"),
    ("sessions.revoked", ""): gettext_noop("All sessions were ended"),
    ("person.changed", "groups"): gettext_noop("Your groups were changed"),
    ("person.changed", "let-go"): gettext_noop("Your access was ended"),
    ("person.changed", "taken-back"): gettext_noop("You were given your access back"),
    ("person.changed", "link-revoked"): gettext_noop("A one-time link was made worthless"),
}
"""What is told of an event, by its kind and what its details say it is about."""
ROLES: Final = {
    "administrators": gettext_noop("an administrator"),
    "helpdesk": gettext_noop("the helpdesk"),
    "break-glass": gettext_noop("break-glass"),
}
_ABOUT: Final = ("purpose", "factor", "change")


@dataclass(frozen=True, slots=True)
class Happened:
    """One line. `by` is a role, never a name: who did it is for the journal."""

    at: Instant
    what: str
    by: str
    address: str


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        events = await site.in_thread(lambda: _told_to(site.ports.journal, resident.person.id))
        lines = [_line(site, resident, event) for event in told_once(events)[:MOST]]
        return site.page("portal/account.html", resident, lines=lines, contact=site.ports.settings.help.contact)

    @router.post(f"{AT}/not-me")
    async def not_me(request: Request) -> Response:
        """Needs no fresh proof: what only ends access must be quick."""
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        await site.identity.recovery.not_me(resident.session)
        contact = site.ports.settings.help.contact
        response = site.page("portal/not_me.html", resident.visit, me=None, contact=contact, here="/")
        drop_cookie(response, SESSION_COOKIE)
        return response

    return router


def _told_to(journal: Journal, person_id: str) -> list[Event]:
    """What is in memory and what the files hold, the newest first, as far as it is found in the time of a page.

    Of wrong codes the files are not asked: a stranger may have filled them with those.
    """

    def is_told(event: Event) -> bool:
        return event.subject == person_id and text_of(event) != ""

    found = {event.id: event for event in journal.recent(RING, is_told)}
    kinds = tuple(sorted({kind for kind, _ in HAPPENED} - {REFUSED}))
    kept = older(journal.reader, Sought(person_id, kinds=kinds, holds=is_told), MOST)
    found |= {event.id: event for event in kept.events}
    return [found[event_id] for event_id in sorted(found, reverse=True)]


def text_of(event: Event) -> str:
    """What a person is told of this event, in words for the catalogue; "" where it is nothing of the kind."""
    about = next((str(event.details[name]) for name in _ABOUT if name in event.details), "")
    return HAPPENED.get((event.kind, about), HAPPENED.get((event.kind, ""), ""))


def told_once(events: Sequence[Event]) -> list[Event]:
    """Of the wrong codes only the newest: a stranger who types many must not push anything off the page."""
    newest = next((event for event in events if event.kind == REFUSED), None)
    return [event for event in events if event.kind != REFUSED or event is newest]


def role_of(person: Person | None) -> str:
    """Which role somebody acted in, in words for the catalogue."""
    held = person.groups if person is not None else frozenset()
    return next((word for group, word in ROLES.items() if group in held), gettext_noop("somebody who may"))


def _line(site: Site, resident: Resident, event: Event) -> Happened:
    speech = resident.visit.speech
    is_own = event.actor == resident.person.id
    if is_own:
        by = speech.gettext("you")
    elif event.actor:
        by = speech.gettext(role_of(site.known.people.get(event.actor)))
    else:
        by = "" if event.kind == REFUSED else speech.gettext("the server")
    return Happened(event.at, speech.gettext(text_of(event)), by, event.address if is_own else "")
