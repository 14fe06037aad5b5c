"""Departures: whose access ended, and whether each end is proved; one page for each, to be printed and taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import App, Person
from limen.identity.departures.departures import Report
from limen.identity.departures.model import Why
from limen.identity.departures.report import CLOSED, STATES, WHY, as_csv, title_of, told
from limen.pillar import AccessSurfaces
from limen.web.attachments import attachment
from limen.web.console.access_preview import apps_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/departures"
_ICON: Final = "M14 4h5v16h-5M4 12h10M10 8l4 4-4 4"
PAGES: Final = (
    Page(AT, "Departures", READ, Menu("Know", 12, _ICON), hint="leavers, movers, offboarding, access ended, proof"),
    Route("GET", f"{AT}/all.csv", READ, media_type="application/octet-stream"),
    Route("GET", f"{AT}/{{departure_id}}", READ),
    Route("GET", f"{AT}/{{departure_id}}/report.csv", READ, media_type="application/octet-stream"),
    Route("POST", f"{AT}/{{departure_id}}/ask", CHANGE, does="Ask again what is left"),
    Route("POST", f"{AT}/{{departure_id}}/accept", CHANGE, does="Accept what is left"),
)
_DONE: Final = {
    "asked": "Every surface was asked again.",
    "accepted": "What is left is accepted, and the report is closed.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    departures = site.identity.departures

    @router.get(AT)
    async def everything(visit: Authorized) -> Response:
        audit_view(site, visit, "departures")
        reports = await departures.all()
        return site.page(
            "console/departures.html",
            visit,
            open_ones=[each for each in reports if each.departure.is_open],
            closed=[each for each in reports if not each.departure.is_open],
            names=_names(site),
            why=WHY,
            how=CLOSED,
            title_of=title_of,
        )

    @router.get(f"{AT}/all.csv")
    async def all_as_csv(visit: Authorized) -> Response:
        audit_view(site, visit, "departures")
        return attachment(as_csv(await departures.all(), _names(site)).encode(), "departures.csv")

    @router.get(f"{AT}/{{departure_id}}")
    async def look(departure_id: str, request: Request, visit: Authorized) -> Response:
        report = await done_or_page(departures.one(departure_id), lambda wrong: site.failed(visit, wrong))
        audit_view(site, visit, "departure")
        return await _page(site, visit, report, done=_DONE.get(query(request, "done"), ""))

    @router.get(f"{AT}/{{departure_id}}/report.csv")
    async def one_as_csv(departure_id: str, visit: Authorized) -> Response:
        report = await done_or_page(departures.one(departure_id), lambda wrong: site.failed(visit, wrong))
        audit_view(site, visit, "departure")
        return attachment(as_csv([report], _names(site)).encode(), f"departure-{report.departure.id}.csv")

    @router.post(f"{AT}/{{departure_id}}/ask")
    async def ask(departure_id: str, visit: Authorized, _sent: Sent) -> Response:
        """Needs no new proof: it changes nothing but what is known."""
        await done_or_page(departures.ask(departure_id), lambda wrong: site.failed(visit, wrong))
        return site.go(visit, f"{AT}/{departure_id}", done="asked")

    @router.post(f"{AT}/{{departure_id}}/accept")
    async def accept(departure_id: str, visit: Authorized, sent: Sent) -> Response:
        report = await done_or_page(departures.one(departure_id), lambda wrong: site.failed(visit, wrong))
        await fresh_proof(site, visit, f"{AT}/{departure_id}")

        async def again(problem: LimenError) -> Response:
            return await _page(site, visit, report, problem)

        accepting = departures.accept(departure_id, one(sent, "why"), by=visit.person.id)
        await done_or_page(accepting, again)
        return site.go(visit, f"{AT}/{departure_id}", done="accepted")

    return router


async def _page(
    site: Site, visit: SignedInVisit, report: Report, problem: LimenError | None = None, *, done: str = ""
) -> Response:
    about, nothing = told(report)
    departure = report.departure
    person = site.known.people.get(departure.person)
    lost, gained = await _apps_moved(site, visit, report, person)
    titles = {each.name: each.title for each in site.ports.offers.take(AccessSurfaces).all}
    return site.page(
        "console/departure.html",
        visit,
        report=report,
        departure=departure,
        person=person,
        about=about,
        nothing=nothing,
        names=_names(site),
        groups=site.known.groups,
        lost=lost,
        gained=gained,
        why=WHY,
        how=CLOSED,
        states=STATES,
        title_of=lambda name: titles.get(name, title_of(name)),
        done=done,
        problem=problem,
    )


Moved = list[tuple[App, tuple[str, ...]]]
"""Apps, each with the actions of it that open no longer, or since."""


async def _apps_moved(site: Site, visit: SignedInVisit, report: Report, person: Person | None) -> tuple[Moved, Moved]:
    """Of somebody who moved: what opened by the groups before and does not by those since, and the other way."""
    departure = report.departure
    if departure.why is not Why.MOVED or person is None:
        return [], []

    def opened(groups: frozenset[str]) -> dict[str, tuple[str, ...]]:
        return {each.app.id: each.actions for each in apps_of(site, replace(person, groups=groups), visit.now)}

    def without(some: dict[str, tuple[str, ...]], others: dict[str, tuple[str, ...]]) -> Moved:
        found = {app: tuple(each for each in actions if each not in others[app]) for app, actions in some.items()}
        return [(site.known.apps[app], actions) for app, actions in sorted(found.items()) if actions]

    since = (person.groups - departure.groups_left) | departure.groups_joined
    before = (since - departure.groups_joined) | departure.groups_left
    was, now = await site.in_thread(lambda: (opened(before), opened(since)))
    return without(was, now), without(now, was)


def _names(site: Site) -> dict[str, str]:
    return {each.id: each.name for each in site.known.people.values()}
