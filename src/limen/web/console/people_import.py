"""A list of people: brought, shown as what it would change, and done only then."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import MINUTE, Milliseconds
from limen.errors import LimenError
from limen.facts import LIMEN
from limen.identity.people_csv import MAX_BYTES, PeopleFile, read_people
from limen.identity.people_import import MOST_BY_HAND, Difference, Invite, difference
from limen.web.console.fresh_proof import fresh_proof
from limen.web.expiring import ExpiringValues
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, groups_that_guard
from limen.web.requests import one
from limen.web.site import Site, done_or_page
from limen.web.uploads import read_upload
from limen.web.visit import Authorized, Sent, SignedInVisit

LIST_AT: Final = "/console/people/import"
MAX_LIST_BYTES: Final = 5 * 1024 * 1024 + 64 * 1024
"""A list of people, with what a browser puts around a file."""

PAGES: Final = (
    Page("/console/people/import", "Import a list of people", CHANGE, hint="import CSV"),
    Route("POST", "/console/people/import", CHANGE, max_body_bytes=MAX_LIST_BYTES),
    Route("POST", "/console/people/import/apply", CHANGE, does="Import the list"),
)

LIVES: Final[Milliseconds] = 30 * MINUTE
MOST: Final = 20
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Brought:
    """A list that somebody brought and did not apply yet; kept in memory, for them alone."""

    id: str
    read: PeopleFile
    remove_missing: bool
    may_protected: bool
    invite: Invite
    digest: str = ""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    lists = ExpiringValues[str, Brought](LIVES, MOST)

    @router.get(LIST_AT)
    async def ask(visit: Authorized) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        return site.page("console/people_import.html", visit, shown=None, brought=None, most_by_hand=MOST_BY_HAND)

    @router.post(LIST_AT)
    async def bring(request: Request, visit: Authorized) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        sent = await read_upload(request, site.origin, visit.secret, MAX_BYTES)
        groups = {group.id: group.title for group in site.known.groups.values()}
        read = await site.in_thread(lambda: read_people(sent.content, groups))
        brought = Brought(
            secrets.token_urlsafe(9),
            read,
            remove_missing=sent.fields.get("remove_missing") == "yes",
            may_protected=sent.fields.get("may_protected") == "yes",
            invite=_invite(sent.fields.get("invite", "")),
        )
        return await show(visit, brought)

    @router.post(f"{LIST_AT}/apply")
    async def apply(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        brought = lists.get(visit.person.id, visit.now)
        if brought is None or brought.id != one(sent, "list"):
            raise LimenError("That list is no longer available", "bring it again")
        shown = await against(brought)
        if shown.digest != brought.digest:
            changed = LimenError("Someone was changed in the meantime", "review the changes again")
            return await show(visit, brought, changed)
        lists.drop(visit.person.id)
        applying = site.identity.people_import.apply(shown, by=visit.person.id, invite=brought.invite)
        done = await done_or_page(applying, partial(show, visit, brought))
        return site.page("console/people_import.html", visit, shown=None, brought=brought, applied=done)

    async def against(brought: Brought) -> Difference:
        members = await site.identity.people.all()
        limen = site.known.apps[LIMEN]
        return difference(
            brought.read,
            members,
            guarding=groups_that_guard(site.ports.in_force.engine.policies, limen),
            remove_missing=brought.remove_missing,
            may_protected=brought.may_protected,
        )

    async def show(visit: SignedInVisit, brought: Brought, problem: LimenError | None = None) -> Response:
        shown = await against(brought)
        kept = replace(brought, digest=shown.digest)
        lists.put(visit.person.id, kept, visit.now)
        status = 400 if shown.problems and not problem else 0
        values = {"shown": shown, "brought": kept, "most": SHOWN, "problem": problem}
        return site.page("console/people_import.html", visit, status, **values)

    return router


def _invite(chosen: str) -> Invite:
    """How whoever is new gets their link; later, where nothing is said that there is."""
    return Invite(chosen) if chosen in set(Invite) else Invite.LATER
