"""From where a person signs in, and journeys that were announced, so that signing in from there is no alarm."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY, SECOND, Instant
from limen.errors import LimenError
from limen.facts import Person
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.places.familiar import FamiliarPlaces
from limen.monitor.places.places import Places
from limen.policy.roles import ADMINISTER, AUDIT
from limen.web.console.people import helping, permission_to_help
from limen.web.console.view_audit import audit_person_view
from limen.web.page import Route
from limen.web.permissions import HELP, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/people/{person_id}/places"
PAGES: Final = (
    Route("GET", AT, SEE_PEOPLE),
    Route("POST", f"{AT}/travel", HELP, does="Announce a journey"),
    Route("POST", f"{AT}/travel/{{travel_id}}/end", HELP, does="End a journey"),
)
NEW_FOR: Final = DAY
"""So long a place that was not seen of somebody before is a new one."""
DONE: Final = {
    "announced": "Announced. Signing in from there is no alarm while it lasts.",
    "ended": "Ended. Signing in from there counts as for everybody.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    travels = site.ports.offers.take(Travels)

    @router.get(AT)
    async def show(request: Request, person_id: str, visit: Authorized) -> Response:
        person = _person(site, person_id)
        audit_person_view(site, visit, person_id, "places")
        return await _page(site, visit, person, done=DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/travel")
    async def announce(request: Request, person_id: str, visit: Authorized, sent: Sent) -> Response:
        visit = await helping(site, request, visit, person_id)
        person = _person(site, person_id)
        try:
            _refuse_own(visit, person_id)
            await travels.announce(
                person_id,
                one(sent, "country").strip().upper(),
                one(sent, "place"),
                _day(site, one(sent, "since")) or visit.now,
                _day(site, one(sent, "until"), days_after=1),
                by=visit.person.id,
            )
        except LimenError as wrong:
            return await _page(site, visit, person, wrong)
        return site.go(visit, AT.format(person_id=person_id), done="announced")

    @router.post(f"{AT}/travel/{{travel_id}}/end")
    async def end(request: Request, person_id: str, travel_id: str, visit: Authorized, _sent: Sent) -> Response:
        """Needs no other person: what only makes Limen look again may be done by anybody who helps."""
        visit = await helping(site, request, visit, person_id)
        person = _person(site, person_id)
        if travel_id not in {one.id for one in travels.of_person(person_id)}:
            raise HTTPException(404)
        try:
            await travels.end(travel_id, by=visit.person.id)
        except LimenError as wrong:
            return await _page(site, visit, person, wrong)
        return site.go(visit, AT.format(person_id=person_id), done="ended")

    return router


def _person(site: Site, person_id: str) -> Person:
    """Raises HTTPException 404."""
    person = site.known.people.get(person_id)
    if person is None:
        raise HTTPException(404)
    return person


def _refuse_own(visit: SignedInVisit, person_id: str) -> None:
    """Whoever took over a session would have Limen look away from it."""
    if visit.person.id == person_id:
        raise LimenError(
            "you can't announce a journey of your own here", "ask a colleague, or use `limen travel` on the server"
        )


def _day(site: Site, written: str, days_after: int = 0) -> Instant:
    """The beginning of a day, or of one after it, in the company's time zone; 0 where none is written.

    Raises LimenError.
    """
    if not written:
        return 0
    try:
        day = date.fromisoformat(written[:10]) + timedelta(days=days_after)
        return int(datetime.combine(day, time(), site.ports.settings.zone).timestamp()) * SECOND
    except (ValueError, OverflowError):
        raise LimenError("that is not a date", "write it as 2026-12-31") from None


async def _page(
    site: Site, visit: SignedInVisit, person: Person, problem: LimenError | None = None, *, done: str = ""
) -> Response:
    offers, known = site.ports.offers, site.known
    places, familiar = offers.take(Places), offers.take(FamiliarPlaces)
    shows_events = visit.action in {AUDIT, ADMINISTER}
    seen = await familiar.of_person(person.id)
    before = {(one.country, one.owner) for one in seen if visit.now - one.first_at > NEW_FOR}
    sessions = [
        (one, found, bool(seen) and (found.country, found.owner) not in before)
        for one in known.sessions.values()
        if one.person_id == person.id and not one.app
        for found in [places.find(one.address, known.networks)]
    ]
    return site.page(
        "monitor/places.html",
        visit,
        section="people",
        person=person,
        sessions=sessions,
        shows_events=shows_events,
        familiar=seen if shows_events else [],
        travels=offers.take(Travels).of_person(person.id),
        people=known.people,
        files=places.atlas.files,
        may_help=bool(visit.may & set(permission_to_help(site, person.id))),
        is_own=visit.person.id == person.id,
        at=AT.format(person_id=person.id),
        done=done,
        problem=problem,
    )
