"""What Limen records about you: which kinds of events, the newest, how long, and who can see them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.events import KINDS, Event
from limen.messages import gettext_noop
from limen.privacy.notice_facts import notice_facts
from limen.storage.journal.recent import RING
from limen.web.console.fresh_proof import fresh_proof
from limen.web.copies import copy_for
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.account import text_of
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/records", gettext_noop("What Limen records about you"), VIEW, Menu(PORTAL_FOOT, 10), hint="privacy, a copy"),
    Route("POST", "/records/copy", VIEW, does=gettext_noop("Download a copy")),
)

NEWEST: Final = 20
"""How many events are shown one by one."""
OTHER: Final = gettext_noop("Other")


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `effect`, `app`, `action` and `route` are "" where it is no decision; `by` is who did it.

    `route` is the pattern of the request, never its own path.
    """

    at: Instant
    what: str
    effect: str
    app: str
    action: str
    route: str
    address: str
    by: str


@dataclass(frozen=True, slots=True)
class Readable:
    """What can be seen, by which groups (with how many active people each), and by whom policies of these ids name."""

    what: str
    groups: tuple[tuple[str, int], ...]
    policies: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/records")
    async def show(visit: Authorized) -> Response:
        mine = await site.in_thread(lambda: _own(site, visit.person.id))
        say = visit.localizer.gettext
        counts = Counter[str]()
        for event in mine:
            counts[say(family(event.kind))] += event.count
        settings = site.ports.settings
        return site.page(
            "portal/records.html",
            visit,
            counts=counts.most_common(),
            lines=[_line(site, visit, event) for event in mine[:NEWEST]],
            since=mine[-1].at if mine else 0,
            days=settings.storage.journal_days,
            contact=settings.help.contact,
            readers=readers(site),
        )

    @router.post("/records/copy")
    async def copy(visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, "/records")
        return await copy_for(site, visit, visit.person.id)

    return router


def family(kind: str) -> str:
    """What events of this kind are about, in words for the catalogue."""
    declared = KINDS.get(kind)
    return (declared.topic.plural if declared is not None else "") or OTHER


def readers(site: Site) -> tuple[Readable, ...]:
    """Whom the policies in force let look, by the same computation as the notices: at entries, and at the account."""
    settings, engine = site.ports.settings, site.ports.in_force.engine
    now = {one.action: one for one in notice_facts(settings, engine, (), site.known.people.values()).readers}
    reading = tuple(dict.fromkeys((*now["audit"].groups, *now["administer"].groups)))
    by_policy = tuple(dict.fromkeys((*now["audit"].others, *now["administer"].others)))
    helping = tuple(one for one in now["support"].groups if one not in reading)
    by_policy_too = tuple(one for one in now["support"].others if one not in by_policy)
    return (
        Readable(gettext_noop("Who can read entries"), reading, by_policy),
        Readable(gettext_noop("Who can see your account and sessions, but no entries"), helping, by_policy_too),
    )


def _own(site: Site, person_id: str) -> list[Event]:
    """The person's own events among the newest of all, newest first: what they did, and what was done to them."""
    return site.ports.journal.recent(RING, lambda event: person_id in {event.actor, event.subject})


def _title(event: Event) -> str:
    """What one event is, in words for the catalogue: exactly what happened, or else what it is about."""
    kind = KINDS.get(event.kind)
    return text_of(event) or (kind.topic.singular if kind is not None else "") or family(event.kind)


def _line(site: Site, visit: SignedInVisit, event: Event) -> Line:
    record = event.decision
    app = site.known.apps.get(record.app) if record is not None else None
    other = event.actor if event.actor not in {"", visit.person.id} else ""
    by = site.known.people.get(other)
    is_own = not other  # where somebody else was is theirs
    return Line(
        at=event.at,
        what=visit.localizer.gettext(_title(event)),
        effect="" if record is None else record.effect,
        app="" if app is None else app.name,
        action="" if record is None or not is_own else record.action,
        route="" if record is None or not is_own else record.route,
        address=event.address if is_own else "",
        by="" if by is None else by.name,
    )
