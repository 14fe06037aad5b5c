"""The timeline of a person or an app: what happened, day by day, as far back as the journal reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.events import KINDS, Event, Filter, instant_of
from limen.events.kinds import app_filters, person_filters
from limen.facts import FactStore
from limen.messages import times
from limen.storage.journal.search import EventPage, EventQuery, app_of, search
from limen.web.console.rows import person_name, titles_of
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.requests import query, query_id
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/people/{person_id}/timeline", READ),
    Route("GET", "/console/apps/{app_id}/timeline", READ),
)

AT_ONCE: Final = 50
EVERYTHING: Final = Filter("", "Everything")


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `others` are the people it is about besides whose timeline this is: what they are to it, name, id.

    `href` leads to the decision; "" where it is none.
    """

    at: Instant
    title: str
    effect: str
    failed: bool
    href: str
    app: str
    app_id: str
    others: tuple[tuple[str, str, str], ...]
    said: str
    address: str
    count: int


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/people/{person_id}/timeline")
    async def of_person(request: Request, person_id: str, visit: Authorized) -> Response:
        person = site.known.people.get(person_id)
        if person is None:
            raise HTTPException(404)
        audit_person_view(site, visit, person_id, "timeline")
        return await _timeline(site, visit, request, f"/console/people/{person_id}", person.name, person_id, "")

    @router.get("/console/apps/{app_id}/timeline")
    async def of_app(request: Request, app_id: str, visit: Authorized) -> Response:
        app = site.known.apps.get(app_id)
        if app is None:
            raise HTTPException(404)
        audit_view(site, visit, "timeline", app_id)
        return await _timeline(site, visit, request, f"/console/apps/{app_id}", app.name, "", app_id)

    return router


async def _timeline(
    site: Site, visit: SignedInVisit, request: Request, of: str, name: str, person_id: str, app_id: str
) -> Response:
    filters = filters_of(is_person=bool(person_id))
    wanted, before = query(request, "show"), before_of(query_id(request, "before"))
    chosen = next((one for one in filters if one.name == wanted), EVERYTHING)
    sought = EventQuery(person_id, app_id, filters[chosen], chosen.effects, before)
    page: EventPage = await site.in_thread(lambda: search(site.ports.journal.reader, sought, AT_ONCE))
    titles = titles_of(site.ports.in_force.engine)
    lines = [line_of(event, site.known, titles, person_id, app_id) for event in page.events]
    kept = {"show": chosen.name} if chosen.name else {}
    return site.page(
        "console/timeline.html",
        visit,
        section="people" if person_id else "apps",
        of=of,
        name=name,
        filters=filters,
        show=chosen.name,
        days=by_day(lines, site.ports.settings.zone, visit.now),
        newest=f"{of}/timeline?{urlencode(kept)}" if before else "",
        before=instant_of(page.before) if page.before else 0,
        older=f"{of}/timeline?{urlencode({**kept, 'before': page.before})}" if page.before else "",
        keep_days=site.ports.settings.storage.journal_days,
    )


def filters_of(*, is_person: bool) -> dict[Filter, tuple[str, ...]]:
    """The filters of the timeline of a person or an app, each with the kinds of events that it shows; () is all."""
    return {EVERYTHING: (), **(person_filters() if is_person else app_filters())}


def before_of(text: str) -> str:
    """The event's id that an address names; "" where it is none."""
    try:
        instant_of(text)
    except ValueError:
        return ""
    return text


def line_of(event: Event, known: FactStore, titles: Mapping[str, str], person_id: str, app_id: str) -> Line:
    """What is said of an event on the timeline of this person or app."""
    decision, app = event.decision, app_of(event)
    kind = KINDS.get(event.kind)
    reason = titles.get(decision.reasons[0], decision.reasons[0]) if decision is not None and decision.reasons else ""
    said = [str(event.details[name]) for name in (kind.shown if kind else ()) if event.details.get(name)]
    told = reason or " · ".join([*([event.reason.replace("-", " ")] if event.reason else []), *said])
    others = [
        (word, person_name(known, one), one if one in known.people else "")
        for word, one in (("by", event.actor), ("about", event.subject))
        if one and one != person_id
    ]
    return Line(
        at=event.at,
        title=decision.action.replace("_", " ").capitalize() if decision else kind.title if kind else event.kind,
        effect=decision.effect if decision is not None else "",
        failed=event.outcome == "failure",
        href=f"/console/decisions/{event.id}" if decision is not None else "",
        app="" if not app or app == app_id else known.apps[app].name if app in known.apps else app,
        app_id=app if app in known.apps else "",
        others=tuple(others),
        said=told,
        address=event.address,
        count=event.count,
    )


def by_day(lines: Iterable[Line], zone: ZoneInfo, now: Instant) -> list[tuple[str, list[Line]]]:
    """The lines under their days, as the company's calendar has them; the newest first, as they came."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    days = groupby(lines, key=lambda line: datetime.fromtimestamp(line.at / 1000, zone).date())
    found = ((day, list(of_day)) for day, of_day in days)
    return [
        (_near(day, today) or times.weekday_and_day(those[0].at, zone), list(_folded(those))) for day, those in found
    ]


def _folded(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with those that differ only in their instant and come after each other as one; never decisions."""
    kept: Line | None = None
    for line in lines:
        if kept is not None and not line.href and replace(line, at=kept.at, count=kept.count) == kept:
            kept = replace(kept, count=kept.count + line.count)
            continue
        if kept is not None:
            yield kept
        kept = line
    if kept is not None:
        yield kept


def _near(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return ""
