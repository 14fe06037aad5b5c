"""One person: their factors, sessions, groups and decisions; and ending, changing, or giving back their access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import HOUR, Instant
from limen.errors import LimenError
from limen.facts import Factor, Group
from limen.identity.days import today
from limen.identity.errors import UnknownError
from limen.identity.model import Member, PersonStatus
from limen.identity.sources.owning import CALLED
from limen.mail import store as mails
from limen.monitor.places.places import Places
from limen.policy.roles import ADMINISTER, AUDIT
from limen.web.console.access_preview import apps_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.groups_before import GroupsBefore
from limen.web.console.mails import PROBLEMS
from limen.web.console.people import (
    helping,
    listed,
    mailed,
    open_link,
    permission_to_bring_in,
    permission_to_help,
    reason_of,
    sessions_by_person,
)
from limen.web.console.people_sources import AT as SOURCES
from limen.web.console.rows import Filter, recent_rows
from limen.web.console.tokens import shown
from limen.web.console.view_audit import audit_person_view
from limen.web.console.what_if_question import what_if_choices
from limen.web.page import Route
from limen.web.permissions import CHANGE, HELP, SEE_PEOPLE, Permission
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.sso.at_apps import at_apps
from limen.web.sso.provisioning import accounts_of
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/people/{person_id}", SEE_PEOPLE),
    Route("POST", "/console/people/{person_id}/invite-again", HELP, does="Issue a new link"),
    Route("POST", "/console/people/{person_id}/pass", HELP, does="Issue an access pass"),
    Route("POST", "/console/people/{person_id}/factors/{factor_id}/remove", HELP, does="Remove a sign-in method"),
    Route("POST", "/console/people/{person_id}/groups", CHANGE, does="Change groups"),
    Route("POST", "/console/people/{person_id}/correct", CHANGE, does="Correct name and address"),
    Route("POST", "/console/people/{person_id}/first-day", CHANGE, does="Enter a first day"),
    Route("POST", "/console/people/{person_id}/last-day", CHANGE, does="Enter a last day"),
    Route("POST", "/console/people/{person_id}/let-go", CHANGE, does="Deactivate"),
    Route("POST", "/console/people/{person_id}/take-back", CHANGE, does="Reactivate"),
    Route("POST", "/console/people/{person_id}/sessions/end", HELP, does="End all sessions and tokens"),
    Route("POST", "/console/people/{person_id}/sessions/{session_id}/end", HELP, does="End a session"),
)

PASS_HOURS: Final = (1, 4, 24)
"""For how long a pass can be good; the first is the usual."""
ONLY_ONE: Final = {"password": Factor.PASSWORD, "code": Factor.CODE}
"""Factors of which somebody has one at most, as addresses name them."""
_SUSPENDED_BY: Final = {
    "alert": "An answer to an alert",
    "signal": "{} said that their account there is disabled",
    "last-day": "Their last day is over",
}
DONE: Final = {
    "ended": "All their sessions and tokens have ended in every app, effective from the next request.",
    "one-ended": "That session has ended in every app, effective from the next request.",
    "app-ended": "That sign-in to the app has ended.",
    "token-revoked": "That token no longer works, effective from its next request.",
    "factor-removed": "Removed, and the sessions opened with it have ended. They are notified by email.",
    "unlinked": "Unlinked, and the sessions opened with it have ended. They are notified by email.",
    "mailed": "The invitation is queued for sending.",
    "filed": "No mail server is set up, so the invitation was written to a file in data/outbox: give it to them"
    " yourself, or set [mail] in limen.toml.",
    "corrected": "Name changed.",
    "corrected-address": "Address changed. Their unused link no longer works. They are notified at both addresses.",
    "groups": "Groups changed. They apply from the next request.",
    "groups-links": "Groups changed. Their unused link no longer works: if they need one, issue a new one.",
    "let-go": "Deactivated: their sessions, tokens and links no longer work, and their password and code were removed.",
    "first-day": "First day saved. Nothing opens to them before it.",
    "no-first-day": "They have access from now on.",
    "last-day": "Last day saved. Their access ends when that day is over, and what they took in the 30 days before is"
    " looked at.",
    "no-last-day": "They have no last day any more.",
    "taken-back": "Reactivated, without a last day. Passwords and codes don't come back: someone without a passkey"
    " needs a new link.",
}


def routes(site: Site) -> APIRouter:  # noqa: C901, PLR0915 -- one small function for each thing that is done here
    router = APIRouter()
    people, sessions = site.identity.people, site.identity.sessions
    undo = GroupsBefore(site.ports.database.kept_briefly)

    @router.get("/console/people/{person_id}")
    async def person(request: Request, person_id: str, visit: Authorized) -> Response:
        word, member = query(request, "done"), await _member(site, person_id)
        was = await undo.of(visit.session.id, person_id) if word in {"groups", "groups-links"} else None
        return await _page(site, visit, member, done=DONE.get(word, ""), was=was)

    @router.post("/console/people/{person_id}/invite-again")
    async def invite_again(request: Request, person_id: str, visit: Authorized, sent: Sent) -> Response:
        seen_in = groups_of(person_id)
        visit, member, why = await _helping(request, visit, person_id, sent, permission_to_bring_in)
        await fresh_proof(site, visit, f"/console/people/{person_id}")
        by_mail = sent.get("how") == ["mail"]
        inviting = people.invite_again(person_id, by=visit.person.id, by_mail=by_mail, why=why, seen_in=seen_in)
        issued = await done_or_page(inviting, partial(_page, site, visit, member))
        if by_mail:
            return site.go(visit, f"/console/people/{person_id}", done=mailed(site))
        name = member.person.name
        return site.page("console/invited.html", visit, issued=issued, name=name, again=True)

    @router.post("/console/people/{person_id}/pass")
    async def access_pass(request: Request, person_id: str, visit: Authorized, sent: Sent) -> Response:
        """A temporary access pass: shown here once, and nowhere else."""
        seen_in = groups_of(person_id)
        visit, member, why = await _helping(request, visit, person_id, sent, permission_to_bring_in)
        await fresh_proof(site, visit, f"/console/people/{person_id}")
        hours = next((hours for hours in PASS_HOURS if sent.get("hours") == [str(hours)]), 1)
        stolen = sent.get("stolen") == ["yes"]
        issuing = people.access_pass(
            person_id,
            by=visit.person.id,
            why=why,
            good_for=hours * HOUR,
            lost=sent.get("lost", []),
            is_stolen=stolen,
            seen_in=seen_in,
        )
        issued = await done_or_page(issuing, partial(_page, site, visit, member))
        name = member.person.name
        return site.page("console/invited.html", visit, issued=issued, name=name, again=True)

    @router.post("/console/people/{person_id}/factors/{factor_id}/remove")
    async def remove_factor(
        request: Request, person_id: str, factor_id: str, visit: Authorized, sent: Sent
    ) -> Response:
        """`factor_id`: "password", "code", or a passkey's id."""
        seen_in = groups_of(person_id)
        visit, member, why = await _helping(request, visit, person_id, sent)
        await fresh_proof(site, visit, f"/console/people/{person_id}")
        factor, passkey_id = ONLY_ONE.get(factor_id, Factor.PASSKEY), "" if factor_id in ONLY_ONE else factor_id
        removing = site.identity.factors.remove_of(
            person_id, factor, passkey_id, by=visit.person.id, why=why, seen_in=seen_in
        )
        return await _done(visit, member, "factor-removed", removing)

    @router.post("/console/people/{person_id}/groups")
    async def groups(person_id: str, visit: Authorized, sent: Sent) -> Response:
        member = await _proved(visit, person_id)
        chosen = {group for group in sent.get("groups", []) if group in site.known.groups}
        kept = {group for group in member.person.groups if group not in site.known.groups}
        changing = people.set_groups(person_id, chosen | kept, by=visit.person.id)
        withdrawn = await done_or_page(changing, partial(_page, site, visit, member))
        await undo.keep(visit.session.id, person_id, member.person.groups)
        return site.go(visit, f"/console/people/{person_id}", done="groups-links" if withdrawn else "groups")

    @router.post("/console/people/{person_id}/correct")
    async def correct(person_id: str, visit: Authorized, sent: Sent) -> Response:
        member = await _proved(visit, person_id)
        correcting = people.correct(person_id, one(sent, "name"), one(sent, "email"), by=visit.person.id)
        changed = await done_or_page(correcting, partial(_page, site, visit, member))
        word = "corrected-address" if "email" in changed else "corrected" if changed else ""
        return site.go(visit, f"/console/people/{person_id}", done=word)

    @router.post("/console/people/{person_id}/first-day")
    async def first_day(person_id: str, visit: Authorized, sent: Sent) -> Response:
        member, day = await _proved(visit, person_id), one(sent, "first_day").strip()
        saving = people.set_first_day(person_id, day, by=visit.person.id)
        return await _done(visit, member, "first-day" if day else "no-first-day", saving)

    @router.post("/console/people/{person_id}/last-day")
    async def last_day(person_id: str, visit: Authorized, sent: Sent) -> Response:
        member, day = await _proved(visit, person_id), one(sent, "last_day").strip()
        saving = people.set_last_day(person_id, day, by=visit.person.id)
        return await _done(visit, member, "last-day" if day else "no-last-day", saving)

    @router.post("/console/people/{person_id}/let-go")
    async def deactivate(person_id: str, visit: Authorized, _sent: Sent) -> Response:
        member = await _proved(visit, person_id)
        return await _done(visit, member, "let-go", people.deactivate(person_id, by=visit.person.id))

    @router.post("/console/people/{person_id}/take-back")
    async def reactivate(person_id: str, visit: Authorized, _sent: Sent) -> Response:
        member = await _proved(visit, person_id)
        return await _done(visit, member, "taken-back", people.reactivate(person_id, by=visit.person.id))

    @router.post("/console/people/{person_id}/sessions/end")
    async def end_all(request: Request, person_id: str, visit: Authorized, sent: Sent) -> Response:
        """Needs no new proof, like the next one: what only ends access must be quick."""
        visit, member, why = await _helping(request, visit, person_id, sent)
        end = sessions.revoke_person(person_id, by=visit.person.id, why=why)
        return await _done(visit, member, "ended", end)

    @router.post("/console/people/{person_id}/sessions/{session_id}/end")
    async def end_one(request: Request, person_id: str, session_id: str, visit: Authorized, sent: Sent) -> Response:
        visit, member, why = await _helping(request, visit, person_id, sent)
        session = site.known.sessions.get(session_id)
        if session is None or session.person_id != person_id:
            raise UnknownError("session")
        return await _done(visit, member, "one-ended", sessions.revoke(session_id, by=visit.person.id, why=why))

    def groups_of(person_id: str) -> frozenset[str] | None:
        """Their groups before anything is decided by them, so that nobody is promoted in between."""
        person = site.known.people.get(person_id)
        return person.groups if person else None

    async def _helping(
        request: Request,
        visit: SignedInVisit,
        person_id: str,
        sent: dict[str, list[str]],
        needs: Callable[[Site, str], Permission] = permission_to_help,
    ) -> tuple[SignedInVisit, Member, str]:
        """Somebody who may help this person, and why they do."""
        visit = await helping(site, request, visit, person_id, needs)
        return visit, await _member(site, person_id), reason_of(visit, sent)

    async def _proved(visit: SignedInVisit, person_id: str) -> Member:
        """The person whose access changes, once whoever changes it has proved anew who they are."""
        member = await _member(site, person_id)
        await fresh_proof(site, visit, f"/console/people/{person_id}")
        return member

    async def _done(visit: SignedInVisit, member: Member, word: str, work: Awaitable[object]) -> Response:
        """Do it and show the person again; what can't be done is said on their page."""
        await done_or_page(work, partial(_page, site, visit, member))
        return site.go(visit, f"/console/people/{member.person.id}", done=word)

    return router


async def _page(
    site: Site,
    visit: SignedInVisit,
    member: Member,
    problem: LimenError | None = None,
    *,
    done: str = "",
    was: frozenset[str] | None = None,
) -> Response:
    """Their page. `was`: the groups that "Undo" would put them back into; None where there is nothing to undo."""
    person_id = member.person.id
    mail = await site.ports.database.reading(lambda snapshot: mails.last_of(snapshot.connection, person_id))
    shows_events = visit.action in {AUDIT, ADMINISTER}
    if shows_events:
        audit_person_view(site, visit, person_id, "person")
    links = [link for link in await site.identity.links.outstanding() if link.person_id == person_id]
    sources = site.identity.sources
    owned = await site.ports.database.reading(lambda snapshot: sources.ownership(snapshot.connection, person_id))
    return site.page(
        "console/person.html",
        visit,
        member=member,
        suspended_by=await _suspended_by(site, member),
        listed=listed(site.known, member, sessions_by_person(site.known).get(person_id, ()), visit.now),
        held=await site.identity.factors.of_person(person_id),
        groups=[site.known.groups.get(g, Group(g)) for g in sorted(member.person.groups)],
        all_groups=list(site.known.groups.values()),
        owned=owned,
        called=CALLED,
        sources_at=SOURCES,
        sessions=site.identity.sessions.of_person(person_id, visit.session),
        links=[open_link(site, link) for link in links],
        rows=recent_rows(site, Filter(person=person_id), 15) if shows_events else [],
        shows_events=shows_events,
        may_help=bool(visit.may & set(permission_to_help(site, person_id))),
        may_bring_in=bool(visit.may & set(permission_to_bring_in(site, person_id))),
        issuers={one.url: one for one in site.known.issuers.values()},
        accounts=await site.identity.issuer_accounts.of_person(person_id),
        at_apps=await at_apps(site, person_id),
        provisioned=await accounts_of(site, person_id),
        tokens=await shown(site, owner_id=person_id),
        previews=await site.in_thread(lambda: apps_of(site, member.person, visit.now)) if shows_events else [],
        apps=site.known.apps,
        has_places=site.ports.offers.find(Places) is not None,
        mail=mail,
        mail_problem=PROBLEMS.get(mail.problem, mail.problem) if mail else "",
        **what_if_choices(site),
        done=done,
        deactivate=DONE["let-go"],
        today=today(site.ports.settings, visit.now),
        was=sorted(was) if was is not None and was != member.person.groups else None,
        problem=problem,
    )


async def _suspended_by(site: Site, member: Member) -> list[tuple[str, Instant]]:
    """What holds their account suspended, and since when; 0 where nobody knows."""
    if member.status is not PersonStatus.SUSPENDED:
        return []
    held = await site.identity.people.suspensions_of(member.person.id)
    return [(_SUSPENDED_BY.get(one.kind, "Nobody knows why").format(one.whose), one.at) for one in held]


async def _member(site: Site, person_id: str) -> Member:
    """Raises HTTPException 404."""
    member = next((m for m in await site.identity.people.all() if m.person.id == person_id), None)
    if member is None:
        raise HTTPException(404)
    return member
