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
from limen.facts import LIMEN
from limen.policy.decision import Request as Asked
from limen.policy.saying.why import policies_about, request_of
from limen.storage.journal.recent import RING
from limen.web.catalogue import gettext_noop
from limen.web.console.proving import freshly_proved
from limen.web.copies import copy_for
from limen.web.needs import CONSOLE
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


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `effect` and `app` are "" where it is no decision; `by` is whoever did it to this person."""

    at: Instant
    what: str
    effect: str
    app: str
    address: str
    by: str


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
            readers=readers(site, resident),
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


def readers(site: Site, resident: Resident) -> tuple[tuple[str, int], ...]:
    """Whom the policies in force let look: each group's title, or who is named by themselves, and how many active
    people that is now.
    """
    engine = site.ports.in_force.engine
    facts = site.known.facts(resident.session, site.known.apps[LIMEN], resident.visitor.address)
    permits = [
        policy
        for way in sorted(CONSOLE)
        for policy in policies_about(engine, request_of(engine, engine.decide(Asked(way), facts, resident.now)))
        if policy.effect == "permit"
    ]
    active = {person.id: person for person in site.known.people.values() if person.active}
    if any(policy.principal.entities is None for policy in permits):
        return ((resident.visit.speech.gettext("everybody whom a condition of the policies lets in"), len(active)),)
    named = {uid for policy in permits for uid in policy.principal.entities or ()}
    groups = sorted(uid.id for uid in named if uid.type == "Group" and uid.id in site.known.groups)
    people = sorted(active[uid.id].name for uid in named if uid.type == "Person" and uid.id in active)
    counted = [(group, sum(group in person.groups for person in active.values())) for group in groups]
    return (
        *((site.known.groups[group].title or group, count) for group, count in counted),
        *((name, 1) for name in people),
    )


def _own(site: Site, person_id: str) -> list[Event]:
    """The person's own events among the newest of all, newest first: what they did, and what was done to them."""
    return site.ports.journal.recent(RING, lambda event: person_id in {event.actor, event.subject})


def _line(site: Site, resident: Resident, event: Event) -> Line:
    record = event.decision
    app = site.known.apps.get(record.app) if record is not None else None
    other = event.actor if event.actor not in {"", resident.person.id} else ""
    by = site.known.people.get(other)
    is_own = not other  # where somebody else was is theirs
    return Line(
        at=event.at,
        what=resident.visit.speech.gettext(family(event.kind)),
        effect="" if record is None else record.effect,
        app="" if app is None else app.name,
        address=event.address if is_own else "",
        by="" if by is None else by.name,
    )
