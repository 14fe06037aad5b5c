"""People: who is here, how they prove it, where they are signed in; inviting them, and ending all their sessions."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import Factor, Group
from limen.identity.model import Member, PersonStatus
from limen.web.console.rows import Filter, recent_rows
from limen.web.requests import one, query
from limen.web.site import Resident, Site, status_of

_SHOWS: Final = {
    "": "Everybody",
    "without-passkey": "Without a passkey",
    "invited": "Not enrolled yet",
    "signed-in": "Signed in now",
}
MOST_SHOWN: Final = 500


def rooms(site: Site) -> APIRouter:
    router = APIRouter()
    people = site.identity.people

    @router.get("/console/people")
    async def everybody(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        show = query(request, "show")
        show = show if show in _SHOWS else ""
        named = query(request, "q", 80)
        everyone = await people.all()
        members = [m for m in everyone if _is_shown(site, m, show) and named.casefold() in _searched(m)]
        signed_in = {m.person.id: len(site.identity.sessions.of_person(m.person.id)) for m in members[:MOST_SHOWN]}
        return site.page(
            "console/people.html",
            resident,
            room="people",
            members=members[:MOST_SHOWN],
            found=len(members),
            total=len(everyone),
            show=show,
            shows=_SHOWS,
            q=named,
            sessions=signed_in,
            groups=site.known.groups,
        )

    @router.get("/console/people/invite")
    async def invitation(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        return _invitation(site, resident)

    @router.post("/console/people/invite")
    async def invite(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        sent = await site.form(request, resident.visit)
        name, email, groups = one(sent, "name"), one(sent, "email"), sent.get("groups", [])
        unknown = [group for group in groups if group not in site.known.groups]
        if unknown:
            groups = [group for group in groups if group in site.known.groups]
        try:
            issued = await people.invite(name, email, groups, by=resident.person.id)
        except LimenError as wrong:
            return _invitation(site, resident, wrong, name, email, groups)
        return site.page("console/invited.html", resident, room="people", issued=issued, name=name)

    @router.get("/console/people/{person_id}")
    async def person(request: Request, person_id: str) -> Response:
        resident = await site.enter(request, "administer")
        member = await _member(site, person_id)
        held = await site.identity.factors.of_person(person_id)
        said = {"ended": "Every session is over, on every app."}.get(query(request, "done"), "")
        return site.page(
            "console/person.html",
            resident,
            room="people",
            member=member,
            held=held,
            groups=[site.known.groups.get(g, Group(g)) for g in sorted(member.person.groups)],
            sessions=site.identity.sessions.of_person(person_id, resident.session),
            rows=recent_rows(site, Filter(person=person_id), 15),
            apps=site.known.apps,
            done=said,
        )

    @router.post("/console/people/{person_id}/invite-again")
    async def invite_again(request: Request, person_id: str) -> Response:
        resident = await site.enter(request, "administer")
        await site.form(request, resident.visit)
        member = await _member(site, person_id)
        issued = await people.invite_again(person_id, by=resident.person.id)
        return site.page("console/invited.html", resident, room="people", issued=issued, name=member.person.name)

    @router.post("/console/people/{person_id}/end-sessions")
    async def end_sessions(request: Request, person_id: str) -> Response:
        resident = await site.enter(request, "administer")
        await site.form(request, resident.visit)
        member = await _member(site, person_id)
        await site.identity.sessions.revoke_person(member.person.id, by=resident.person.id)
        return site.go(resident, f"/console/people/{member.person.id}", done="ended")

    return router


def _invitation(
    site: Site,
    resident: Resident,
    problem: LimenError | None = None,
    name: str = "",
    email: str = "",
    chosen: list[str] | None = None,
) -> Response:
    groups = sorted(site.known.groups.values(), key=lambda group: (group.title or group.id).casefold())
    values = {"name": name, "email": email, "chosen": chosen or [], "groups": groups, "problem": problem}
    return site.page("console/invite.html", resident, status_of(problem) if problem else 200, room="people", **values)


async def _member(site: Site, person_id: str) -> Member:
    member = next((m for m in await site.identity.people.all() if m.person.id == person_id), None)
    if member is None:
        raise HTTPException(404)
    return member


def _searched(member: Member) -> str:
    return f"{member.person.name} {member.person.email} {' '.join(member.person.groups)}".casefold()


def _is_shown(site: Site, member: Member, show: str) -> bool:
    match show:
        case "without-passkey":
            return member.status is PersonStatus.ACTIVE and Factor.PASSKEY not in member.factors
        case "invited":
            return member.status is PersonStatus.INVITED
        case "signed-in":
            return bool(site.identity.sessions.of_person(member.person.id))
    return True
