"""People: who is here, how they prove it, where they are signed in; and inviting them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.authors import SERVER, published_where
from limen.errors import LimenError
from limen.facts import LIMEN, Factor, FactStore, Label, Session, SessionState
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRules
from limen.identity.model import Link, LinkPurpose, Member, PersonStatus
from limen.messages import Language
from limen.policy.roles import is_guarded
from limen.printable import one_line
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.rows import person_name
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import CHANGE, HELP, SEE_PEOPLE, Permission
from limen.web.requests import one, query, query_id, whole
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/console/people", "People", SEE_PEOPLE, Menu("Know", 10, "people"), hint="employees, users, accounts"),
    Shortcut("/console/people?show=without-passkey", "Without a passkey", hint="people who can be phished"),
    Page("/console/people/invite", "Invite someone", CHANGE, hint="a new person"),
    Route("POST", "/console/people/invite", CHANGE, does="Invite someone"),
    Route("POST", "/console/people/mail-again", CHANGE, does="Email new invitations"),
    Route("POST", "/console/people/links/{link_id}/revoke", HELP, does="Revoke a link"),
)

SHOWS: Final = {
    "": "Everybody",
    "enrolled": "Enrolled",
    "invited": "Not enrolled yet",
    "without-passkey": "Without a passkey",
    "signed-in": "Signed in now",
    "inactive": "Deactivated",
}
MOST_SHOWN: Final = 50
"""People on one page."""
_DONE: Final = {
    "revoked": "That link no longer works.",
    "erased": "The person was erased. Their journal entries follow within minutes, which the journal records.",
    "mailed-again": "Everyone whose invitation had expired gets a new one by mail.",
    "filed-again": "Everyone whose invitation had expired has a new one, in a file in data/outbox: no mail server is"
    " set up.",
}
MOST_REASON: Final = 200
INVITE: Final = "/console/people/invite"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the list. `sessions` are alive now; `seen_at` is when any was used last (0: never since start)."""

    member: Member
    sessions: int
    seen_at: Instant


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A one-time link that could still be used; nobody but its holder knows its address."""

    link: Link
    whose: str
    is_persons: bool
    by: str
    """Who issued it, with the word before: "by Noor Bakker", or "on the server"."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    people = site.identity.people

    @router.get("/console/people")
    async def everybody(request: Request, visit: Authorized) -> Response:
        show = query(request, "show")
        show = show if show in SHOWS else ""
        named = query(request, "q", 80).strip()
        sessions = sessions_by_person(site.known)
        members, links = await people.all(), await site.identity.links.outstanding()
        everyone = [listed(site.known, m, sessions.get(m.person.id, ()), visit.now) for m in members]
        group = query_id(request, "group")
        found = [each for each in everyone if is_shown(each, show) and is_searched(each.member, named, group)]
        start = page_start(query(request, "start", 6), len(found), MOST_SHOWN)
        kept = urlencode({name: value for name, value in (("show", show), ("group", group), ("q", named)) if value})
        return site.page(
            "console/people.html",
            visit,
            people=found[start : start + MOST_SHOWN],
            start=start,
            at_once=MOST_SHOWN,
            kept=kept,
            group=group,
            found=len(found),
            total=len(everyone),
            show=show,
            shows=SHOWS,
            q=named,
            groups=site.known.groups,
            links=[open_link(site, link) for link in links],
            invited_until=invited_until(members, links),
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.get(INVITE)
    async def invitation(request: Request, visit: Authorized) -> Response:
        await fresh_proof(site, visit, visit.here)
        group = query_id(request, "group")
        return _invitation(site, visit, chosen=[group] if group in site.known.groups else [])

    @router.post(INVITE)
    async def invite(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, INVITE)
        name, email, by_mail = one(sent, "name"), one(sent, "email"), one(sent, "how") == "mail"
        language = one(sent, "language") if one(sent, "language") in set(Language) else ""
        groups = [group for group in sent.get("groups", []) if group in site.known.groups]
        page = partial(_invitation, site, visit, name=name, email=email, chosen=groups)
        inviting = people.invite(name, email, groups, by=visit.person.id, by_mail=by_mail, language=language)
        issued = await done_or_page(inviting, page)
        if by_mail:
            return site.go(visit, f"/console/people/{issued.link.person_id}", done=mailed(site))
        return site.page("console/invited.html", visit, issued=issued, name=name, again=False)

    @router.post("/console/people/mail-again")
    async def mail_again(visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, "/console/people?show=invited")
        await people.mail_again(by=visit.person.id)
        return site.go(visit, "/console/people", show="invited", done=f"{mailed(site)}-again")

    @router.post("/console/people/links/{link_id}/revoke")
    async def revoke(request: Request, link_id: str, visit: Authorized, sent: Sent) -> Response:
        link = next((link for link in await site.identity.links.outstanding() if link.id == link_id), None)
        visit = await helping(site, request, visit, link.person_id) if link else visit
        why = reason_of(visit, sent)
        await site.identity.links.revoke(link_id, by=visit.person.id, why=why)
        return site.go(visit, "/console/people", done="revoked")

    return router


def page_start(text: str, of: int, at_once: int) -> int:
    """The first of the rows that an address asks for: where a page begins, and never past the last one."""
    return min(whole(text, 9), max(of - 1, 0)) // at_once * at_once


def is_searched(member: Member, named: str, group: str) -> bool:
    """Whether what was typed is in their name, address or groups, and they are in the group, if one is asked for."""
    return (not group or group in member.person.groups) and named.casefold() in _searched(member)


def invited_until(members: Iterable[Member], links: Iterable[Link]) -> dict[str, Instant]:
    """Until when the invitation of each invited person is good; 0 where it is not, or there was none."""
    good = {link.person_id: link.expires_at for link in links}
    return {m.person.id: good.get(m.person.id, 0) for m in members if m.status is PersonStatus.INVITED}


def permission_to_help(site: Site, person_id: str) -> Permission:
    """What helping this person needs: an administrator, where they have a role themselves or are no person here."""
    person = site.known.people.get(person_id)
    if person is None or is_guarded(person, site.ports.in_force.engine.policies, site.known.apps.get(LIMEN)):
        return CHANGE
    return HELP


def permission_to_bring_in(site: Site, person_id: str) -> Permission:
    """What issuing this person a link needs: an administrator also where they approve access to what is confidential
    or more. Whoever issues the link could be them for a while, and approve what a friend has asked for.
    """
    person, rules = site.known.people.get(person_id), site.known.rules_of(AccessRules) or NOTHING_TO_ASK
    sensitive = [app for app in site.known.apps.values() if app.label >= Label.CONFIDENTIAL]
    if person is not None and rules.has_approver(person, sensitive):
        return CHANGE
    return permission_to_help(site, person_id)


async def helping(
    site: Site,
    request: Request,
    visit: SignedInVisit,
    person_id: str,
    needs: Callable[[Site, str], Permission] = permission_to_help,
) -> SignedInVisit:
    """The visit of whoever may help this person; where that needs more than the route does, it is decided anew.

    Raises TurnedAwayError.
    """
    permission = needs(site, person_id)
    return visit if permission == HELP else await site.authorize(request, permission)


def reason_of(visit: SignedInVisit, sent: dict[str, list[str]]) -> str:
    """Why somebody is helped, as the helper says it for the journal. An administrator need not say.

    Raises LimenError where it is missing.
    """
    why = one_line(one(sent, "why"), MOST_REASON)
    if not why and not visit.may_administer:
        raise LimenError("The reason is missing", "describe briefly how you verified that it's really them")
    return why


def sessions_by_person(known: FactStore) -> dict[str, list[Session]]:
    """Every sign-in session, by whose it is."""
    found: dict[str, list[Session]] = {}
    for session in tuple(known.sessions.values()):
        if not session.app:
            found.setdefault(session.person_id, []).append(session)
    return found


def listed(known: FactStore, member: Member, own: Iterable[Session], now: Instant) -> Listed:
    """A member with what is known of their own sign-in sessions."""
    own = tuple(own)
    live = sum(known.session_state(session, "", now) is SessionState.LIVE for session in own)
    return Listed(member, live, max((known.last_used(session.id) for session in own), default=0))


def open_link(site: Site, link: Link) -> OpenLink:
    """A link with the names it is about."""
    is_first = link.purpose is LinkPurpose.FIRST_ADMINISTRATOR
    person = site.known.people.get(link.person_id)
    whose = person.name if person else ("The first administrator" if is_first else "A former person")
    is_servers = link.issued_by in {"", SERVER}
    by = published_where(SERVER) if is_servers else f"by {person_name(site.known, link.issued_by)}"
    return OpenLink(link, whose, person is not None, by)


def is_shown(each: Listed, show: str) -> bool:
    """Whether a person is in this part of the list."""
    status = each.member.status
    match show:
        case "enrolled":
            return status is PersonStatus.ACTIVE
        case "without-passkey":
            return status is PersonStatus.ACTIVE and Factor.PASSKEY not in each.member.factors
        case "invited":
            return status is PersonStatus.INVITED
        case "signed-in":
            return each.sessions > 0
        case "inactive":
            return status in {PersonStatus.INACTIVE, PersonStatus.SUSPENDED}
    return True


def mailed(site: Site) -> str:
    """The word of what was done for an invitation by mail: it only leaves this machine where there is a mail server."""
    return "mailed" if site.ports.settings.mail.server else "filed"


def _invitation(
    site: Site,
    visit: SignedInVisit,
    problem: LimenError | None = None,
    name: str = "",
    email: str = "",
    chosen: list[str] | None = None,
) -> Response:
    groups = list(site.known.groups.values())  # as limen.toml has them: what is seldom given stands last
    taken = email.strip().casefold() if problem else ""
    known = next((p for p in site.known.people.values() if taken and p.email == taken), None)
    values: dict[str, Any] = {
        "name": name,
        "email": email,
        "chosen": chosen or [],
        "groups": groups,
        "problem": problem,
        "known": known,
    }
    return site.page("console/invite.html", visit, **values)


def _searched(member: Member) -> str:
    return f"{member.person.name} {member.person.email} {' '.join(member.person.groups)}".casefold()
