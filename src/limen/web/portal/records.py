"""What Limen records about you: which kinds of events, the newest, how long, and who can see them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.events import Event
from limen.messages import gettext_noop
from limen.privacy.standing import standing
from limen.storage.journal.recent import RING
from limen.web.console.proving import freshly_proved
from limen.web.copies import copy_for
from limen.web.portal.account import text_of
from limen.web.site import Resident, Site

NEWEST: Final = 20
"""How many events are shown one by one."""
FAMILIES: Final = {
    "decision": gettext_noop("Requests to apps, and how they were answered"),
    "request": gettext_noop("Requests that Limen turned away or changed"),
    "upstream": gettext_noop("Apps that did not answer you"),
    "stream": gettext_noop("Connections that were ended"),
    "sign_in": gettext_noop("Signing in"),
    "step_up": gettext_noop("Proving again that it's you"),
    "session": gettext_noop("Your sessions"),
    "sessions": gettext_noop("Your sessions"),
    "person": gettext_noop("Your account and your groups"),
    "token": gettext_noop("Your tokens"),
    "link": gettext_noop("One-time links"),
    "mail": gettext_noop("Mails to you"),
    "recovery": gettext_noop("Recovery codes"),
    "factor": gettext_noop("Your passkeys, password and code"),
    "revision": gettext_noop("Changes you published"),
    "break_glass": gettext_noop("Break-glass"),
}
OTHER: Final = gettext_noop("Other")
SINGLE: Final = {
    "decision": gettext_noop("A request to an app"),
    "request": gettext_noop("A request that Limen turned away or changed"),
    "upstream": gettext_noop("An app did not answer you"),
    "stream": gettext_noop("A connection was ended"),
    "session": gettext_noop("A session of yours"),
    "sessions": gettext_noop("Your sessions"),
    "person": gettext_noop("Your account or your groups"),
    "token": gettext_noop("A token of yours"),
    "link": gettext_noop("A one-time link"),
    "mail": gettext_noop("A mail to you"),
    "recovery": gettext_noop("A recovery code"),
    "factor": gettext_noop("A passkey, password or code of yours"),
    "revision": gettext_noop("A change you published"),
}
"""What one event is called, where that is not what many are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `effect`, `app` and `asked` are "" where it is no decision; `by` is whoever did it to this person.

    `asked` is the action and the pattern of the request, never its own path.
    """

    at: Instant
    what: str
    effect: str
    app: str
    asked: str
    address: str
    by: str


@dataclass(frozen=True, slots=True)
class Readable:
    """What can be seen, by which groups (with how many active people each), and by whom policies of these ids name."""

    what: str
    groups: tuple[tuple[str, int], ...]
    policies: tuple[str, ...]


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/records")
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        mine = await site.in_thread(lambda: _own(site, resident.person.id))
        say = resident.visit.speech.gettext
        counts = Counter[str]()
        for event in mine:
            counts[say(family(event.kind))] += event.count
        settings = site.ports.settings
        return site.page(
            "portal/records.html",
            resident,
            counts=counts.most_common(),
            lines=[_line(site, resident, event) for event in mine[:NEWEST]],
            since=mine[-1].at if mine else 0,
            days=settings.storage.journal_days,
            contact=settings.help.contact,
            readers=readers(site),
        )

    @router.post("/records/copy")
    async def copy(request: Request) -> Response:
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        await freshly_proved(site, resident, "/records")
        return await copy_for(site, resident, resident.person.id)

    return router


def family(kind: str) -> str:
    """What an event of this kind is about, in words for the catalogue."""
    return FAMILIES.get(kind.partition(".")[0], OTHER)


def readers(site: Site) -> tuple[Readable, ...]:
    """Whom the policies in force let look, by the same computation as the notices: at entries, and at the account."""
    settings, engine = site.ports.settings, site.ports.in_force.engine
    now = {one.action: one for one in standing(settings, engine, (), site.known.people.values()).readers}
    reading = tuple(dict.fromkeys((*now["audit"].groups, *now["administer"].groups)))
    by_policy = tuple(dict.fromkeys((*now["audit"].others, *now["administer"].others)))
    helping = tuple(one for one in now["support"].groups if one not in reading)
    by_policy_too = tuple(one for one in now["support"].others if one not in by_policy)
    return (
        Readable(gettext_noop("Who can read entries"), reading, by_policy),
        Readable(gettext_noop("Who can see your account and sessions, and no entries"), helping, by_policy_too),
    )


def _own(site: Site, person_id: str) -> list[Event]:
    """The person's own events among the newest of all, newest first: what they did, and what was done to them."""
    return site.ports.journal.recent(RING, lambda event: person_id in {event.actor, event.subject})


def _title(event: Event) -> str:
    """What one event is, in words for the catalogue: exactly what happened, or else what it is about."""
    return text_of(event) or SINGLE.get(event.kind.partition(".")[0], family(event.kind))


def _line(site: Site, resident: Resident, event: Event) -> Line:
    record = event.decision
    app = site.known.apps.get(record.app) if record is not None else None
    other = event.actor if event.actor not in {"", resident.person.id} else ""
    by = site.known.people.get(other)
    is_own = not other  # where somebody else was is theirs
    return Line(
        at=event.at,
        what=resident.visit.speech.gettext(_title(event)),
        effect="" if record is None else record.effect,
        app="" if app is None else app.name,
        asked="" if record is None or not is_own else f"{record.action} {record.route}".strip(),
        address=event.address if is_own else "",
        by="" if by is None else by.name,
    )
