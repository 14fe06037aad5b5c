"""A list of people: brought, shown as what it would change, and done only then."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.identity.days import today
from limen.identity.people_csv import MAX_BYTES, read_people
from limen.identity.people_import import MOST_BY_HAND, Difference, Invite, difference
from limen.web.console.brought_lists import BroughtList, BroughtLists
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
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

SHOWN: Final = 200


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    lists = BroughtLists(site.ports.database.kept_briefly)

    @router.get(LIST_AT)
    async def ask(visit: Authorized) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        return site.page("console/people_import.html", visit, shown=None, brought=None, most_by_hand=MOST_BY_HAND)

    @router.post(LIST_AT)
    async def bring(request: Request, visit: Authorized) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        sent = await read_upload(request, site.origin, visit.secret, MAX_BYTES)
        brought = BroughtList(
            sent.content,
            remove_missing=sent.fields.get("remove_missing") == "yes",
            may_protected=sent.fields.get("may_protected") == "yes",
            invite=_invite(sent.fields.get("invite", "")),
        )
        return await show(visit, brought)

    @router.post(f"{LIST_AT}/apply")
    async def apply(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, LIST_AT)
        list_id = one(sent, "list")
        brought = await lists.of(list_id, visit.person.id)
        if brought is None:
            raise _gone()
        shown = await against(brought)
        if shown.digest != brought.digest:
            changed = LimenError("Someone was changed in the meantime", "review the changes again")
            return await show(visit, brought, changed, list_id=list_id)
        if not await lists.take(list_id):
            raise _gone()
        applying = site.identity.people_import.apply(shown, by=visit.person.id, invite=brought.invite)
        done = await done_or_page(applying, partial(show, visit, brought))
        return site.page("console/people_import.html", visit, shown=None, brought=brought, applied=done)

    async def against(brought: BroughtList) -> Difference:
        groups = {group.id: group.title for group in site.known.groups.values()}
        read = await site.in_thread(lambda: read_people(brought.content, groups))
        members = await site.identity.people.all()
        sources = site.identity.sources
        return difference(
            read,
            members,
            guarding=sources.rules.guarding.groups,
            owned=await site.ports.database.reading(sources.ownerships),
            on=today(site.ports.settings, site.ports.clock.now()),
            remove_missing=brought.remove_missing,
            may_protected=brought.may_protected,
        )

    async def show(
        visit: SignedInVisit, brought: BroughtList, problem: LimenError | None = None, *, list_id: str = ""
    ) -> Response:
        shown = await against(brought)
        kept = msgspec.structs.replace(brought, digest=shown.digest)
        list_id = await lists.keep(kept, visit.person.id, list_id)
        status = 400 if shown.problems and not problem else 0
        values = {"shown": shown, "brought": kept, "list_id": list_id, "most": SHOWN, "problem": problem}
        return site.page("console/people_import.html", visit, status, **values)

    return router


def _gone() -> LimenError:
    return LimenError("That list is no longer available", "bring it again")


def _invite(chosen: str) -> Invite:
    """How whoever is new gets their link; later, where nothing is said that there is."""
    return Invite(chosen) if chosen in set(Invite) else Invite.LATER
