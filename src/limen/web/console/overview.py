"""The overview: what was decided today, who is how well protected, and what to do next. Every number leads to rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import HOUR, Instant
from limen.company import store
from limen.facts import LIMEN, Factor, Standing
from limen.identity.model import Member, PersonStatus
from limen.web.console.rows import Filter, recent_rows
from limen.web.drawing import EFFECTS, Bar
from limen.web.site import Resident, Site
from limen.web.times import start_of_day

HOURS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do next: what is so, why it matters, and where it is done ("" where no page does it)."""

    what: str
    why: str
    href: str
    link: str


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console")
    async def show(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        members = await site.identity.people.all()
        active = [member for member in members if member.status is PersonStatus.ACTIVE]
        with_passkey = [member for member in active if Factor.PASSKEY in member.factors]
        midnight = start_of_day(resident.now, site.ports.settings.zone)
        revision = await site.ports.database.reading(store.newest)
        return site.page(
            "console/overview.html",
            resident,
            room="overview",
            today=_sum(site, midnight),
            since=midnight,
            hours=_hours(site, resident.now),
            members=members,
            active=len(active),
            with_passkey=len(with_passkey),
            live=live_sessions(site, resident.now),
            rows=recent_rows(site, Filter(), 8),
            advice=_advice(site, resident, members),
            revision=revision,
            public=[(app, route) for app in site.known.apps.values() for route in app.public],
        )

    return router


def live_sessions(site: Site, now: Instant) -> int:
    known = site.known
    return sum(not s.app and known.standing(s, "", now) is Standing.LIVE for s in tuple(known.sessions.values()))


def _sum(site: Site, since: Instant) -> dict[str, int]:
    hours = site.ports.journal.hours(since)
    return {effect: sum(sorts.get(effect, 0) for sorts in hours.values()) for effect in EFFECTS}


def _hours(site: Site, now: Instant) -> list[Bar]:
    """The last 24 hours, the empty ones too, named in the company's time."""
    newest = now - now % HOUR
    counted = site.ports.journal.hours(newest - (HOURS_SHOWN - 1) * HOUR)
    bars = []
    for begin in range(newest - (HOURS_SHOWN - 1) * HOUR, newest + 1, HOUR):
        sorts = counted.get(begin, {})
        name = datetime.fromtimestamp(begin / 1000, site.ports.settings.zone).strftime("%H:%M")
        href = f"/console/decisions?{urlencode({'since': begin, 'until': begin + HOUR})}"
        bars.append(Bar(name, href, *(sorts.get(effect, 0) for effect in EFFECTS)))
    return bars


def _advice(site: Site, resident: Resident, members: list[Member]) -> list[Advice]:
    """What the state of things asks for, the most pressing first."""
    active = [member for member in members if member.status is PersonStatus.ACTIVE]
    invited = [member for member in members if member.status is PersonStatus.INVITED]
    without = [member for member in active if Factor.PASSKEY not in member.factors]
    administrators = [member for member in active if "administrators" in member.person.groups]
    found: list[Advice] = []
    if len(administrators) == 1:
        found.append(
            Advice(
                "You are the only administrator",
                "If you lose your passkey, only the server itself can let anybody in again.",
                "/console/people/invite",
                "Invite a second one",
            )
        )
    if without:
        found.append(
            Advice(
                f"{_people(len(without))} without a passkey",
                "Passwords and codes can be phished; a passkey works only on the real site.",
                "/console/people?show=without-passkey",
                "See who",
            )
        )
    plain = [app for app in site.known.apps.values() if app.id != LIMEN and _goes_plain(app.upstream.url)]
    if plain:
        found.append(
            Advice(
                f"{len(plain)} {'apps are' if len(plain) != 1 else 'app is'} reached without encryption",
                "Between Limen and these apps anybody on the way can read along: give them https.",
                "/console/apps?show=findings",
                "See which",
            )
        )
    if invited:
        found.append(
            Advice(
                f"{_people(len(invited))} not enrolled yet",
                "An invitation is good for seven days; a new one can be issued at any time.",
                "/console/people?show=invited",
                "See who",
            )
        )
    if len(members) <= 1:
        found.append(Advice("Nobody else is here yet", "Invite the people you work with.", "/console/people/invite", "Invite"))
    return found


def _goes_plain(url: str) -> bool:
    return url.startswith("http://")


def _people(count: int) -> str:
    return f"{count} people" if count != 1 else "One person"
