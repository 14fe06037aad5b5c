"""Effective access on pages: everything that one person may do, and everybody who may use one app; and both as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.access.effective.doors import TITLES, Door
from limen.access.effective.report import SAID, Names, as_csv
from limen.access.effective.rows import Answer, Row
from limen.clock import Instant
from limen.company.effective_now import EffectiveNow, effective_now, once_enrolled, sealed_labels
from limen.facts import ACTIONS, App, Person
from limen.identity.model import PersonStatus
from limen.policy.annotations import reason_of
from limen.web.access.graph import drawing_of
from limen.web.access.standing import everybody
from limen.web.access.token_access import token_access
from limen.web.access.usage import used_lately
from limen.web.attachments import attachment
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.provisioning import accounts_of
from limen.web.visit import Authorized

_CSV: Final = "application/octet-stream"
PAGES: Final = (
    Route("GET", "/console/people/{person_id}/access", READ),
    Route("GET", "/console/people/{person_id}/access.csv", READ, media_type=_CSV),
    Route("GET", "/console/apps/{app_id}/access", READ),
    Route("GET", "/console/apps/{app_id}/access.csv", READ, media_type=_CSV),
)
MOST_SHOWN: Final = 200
"""People of one answer on the page of an app; all of them are in its CSV."""
_ORDER: Final = list(Door)
_EFFECTS: Final = {Answer.ALWAYS: "permit", Answer.IF: "challenge", Answer.BY_GRANT: "challenge", Answer.NEVER: "deny"}


@dataclass(frozen=True, slots=True)
class OfDoor:
    """The rows of one door."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """People with one answer: `row` is that of the first of them, without what is theirs alone."""

    row: Row
    people: tuple[tuple[Row, Person], ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/people/{person_id}/access")
    async def of_person(person_id: str, visit: Authorized) -> Response:
        person, note = await _somebody(site, person_id, visit.now)
        audit_person_view(site, visit, person_id, "access graph")
        now = await effective(site, [person], site.known.apps.values(), visit.now)
        rows = await site.in_thread(lambda: now.of(person))
        open_rows = [one for one in rows if one.answer is not Answer.NEVER]
        return site.page(
            "console/access_of.html",
            visit,
            current="/console/people",
            person=person,
            note=note,
            doors=_by_door(open_rows),
            closed=_by_door([one for one in rows if one.answer is Answer.NEVER]),
            counts={answer: sum(one.answer is answer for one in open_rows) for answer in Answer},
            is_exact=now.is_exact,
            tokens=await token_access(site, person, visit.now),
            accounts=await accounts_of(site, person_id),
            **words_of(site),
            **(await drawing_of(site, person, visit.now)),
        )

    @router.get("/console/people/{person_id}/access.csv")
    async def of_person_as_csv(person_id: str, visit: Authorized) -> Response:
        person, _ = await _somebody(site, person_id, visit.now)
        audit_person_view(site, visit, person_id, "access graph")
        now = await effective(site, [person], site.known.apps.values(), visit.now)
        rows = await site.in_thread(lambda: now.of(person))
        return attachment(as_csv(rows, _names(site, [person])).encode(), f"access-of-{person_id}.csv")

    @router.get("/console/apps/{app_id}/access")
    async def to_app(request: Request, app_id: str, visit: Authorized) -> Response:
        app = _app(site, app_id)
        audit_view(site, visit, "who has access", app_id)
        rows, people = await _rows_of_app(site, app, visit.now)
        shown = query(request, "show")
        wanted = [one for one in rows if (one.answer is Answer.NEVER) is (shown == "no")]
        return site.page(
            "console/access_to.html",
            visit,
            current="/console/apps",
            app=app,
            alike=_alike(wanted, people),
            with_access=len({one.person for one in rows if one.answer is not Answer.NEVER}),
            without=len(people) - len({one.person for one in rows if one.answer is not Answer.NEVER}),
            shows_no=shown == "no",
            most=MOST_SHOWN,
            **words_of(site),
        )

    @router.get("/console/apps/{app_id}/access.csv")
    async def to_app_as_csv(app_id: str, visit: Authorized) -> Response:
        app = _app(site, app_id)
        audit_view(site, visit, "who has access", app_id)
        rows, people = await _rows_of_app(site, app, visit.now)
        return attachment(as_csv(rows, _names(site, people.values())).encode(), f"access-to-{app_id}.csv")

    return router


async def effective(site: Site, people: Iterable[Person], apps: Iterable[App], now: Instant) -> EffectiveNow:
    """Effective access of these people to these apps, by the policies in force; worked out off the event loop."""
    sealed = await site.ports.database.reading(sealed_labels)
    uses = await used_lately(site, now)
    engine, known = site.ports.in_force.engine, site.known
    return await site.in_thread(
        lambda: effective_now(
            engine, people, apps, now, sealed=sealed, grants=lambda one: known.grants.get(one) or (), uses=uses
        )
    )


async def _somebody(site: Site, person_id: str, now: Instant) -> tuple[Person, str]:
    """Whose access it is, and what stands before all of it. Raises HTTPException 404."""
    person = (await everybody(site)).get(person_id)
    if person is None:
        raise HTTPException(404)
    known = site.known.principal(person_id) or person
    if person.is_workload:
        return person, ""
    member = next(one for one in await site.identity.people.all() if one.person.id == person_id)
    if member.status is PersonStatus.INVITED:
        return once_enrolled(person), "invited"
    if not person.active:
        return person, "inactive"
    begins = site.ports.in_force.engine.calendar.beginning(known.first_day) if known.first_day else 0
    return person, "not_started" if begins > now else "factor" if known.must_enrol_at else ""


async def _rows_of_app(site: Site, app: App, now: Instant) -> tuple[list[Row], Mapping[str, Person]]:
    """The rows of everybody with an account, and of nobody signed in where that opens anything."""
    people = {one.id: one for one in (await everybody(site)).values() if one.active and one.id}
    found = await effective(site, people.values(), [app], now)
    rows = await site.in_thread(lambda: [one for one in found.of_all(people.values()) if one.app == app.id])
    return rows, people


def _app(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None:
        raise HTTPException(404)
    return app


def _by_door(rows: Iterable[Row]) -> list[OfDoor]:
    ordered = sorted(rows, key=lambda one: _ORDER.index(one.door))
    return [OfDoor(TITLES[door], tuple(some)) for door, some in groupby(ordered, key=lambda one: one.door)]


def _alike(rows: Iterable[Row], people: Mapping[str, Person]) -> list[Alike]:
    """People with the same answer together, what opens most first."""
    found: dict[object, list[Row]] = {}
    for one in rows:
        key = (list(Answer).index(one.answer), one.actions, one.whens, one.policies, one.groups, one.why)
        found.setdefault(key, []).append(one)
    return [
        Alike(some[0], tuple((one, people[one.person]) for one in sorted(some, key=lambda one: -one.last_used)))
        for _, some in sorted(found.items(), key=lambda each: _place(each[1][0]))
    ]


def _place(row: Row) -> tuple[int, list[int]]:
    return list(Answer).index(row.answer), [ACTIONS.index(one) for one in row.actions]


def _names(site: Site, people: Iterable[Person]) -> Names:
    return Names({one.id: one.name for one in people}, {one.id: one.name for one in site.known.apps.values()})


def words_of(site: Site) -> dict[str, Any]:
    """What templates need to tell of rows."""
    policies = site.ports.in_force.engine.policies
    return {
        "said": SAID,
        "effects": _EFFECTS,
        "apps": site.known.apps,
        "groups": site.known.groups,
        "titles": {policy.id: reason_of(policy).title or policy.id for policy in policies},
    }
