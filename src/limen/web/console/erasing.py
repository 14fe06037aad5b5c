"""Copying what is kept of one person, or erasing it: shown first, confirmed by typing, and not to be undone."""

from __future__ import annotations

import hmac
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.errors import LimenError
from limen.identity.model import PersonStatus
from limen.identity.names import canonical_email
from limen.privacy.erase import Goes, erase_person, what_goes
from limen.privacy.errors import NobodyError
from limen.web.console.fresh_proof import fresh_proof
from limen.web.copies import copy_for
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/people/{person_id}/erase", CHANGE),
    Route("POST", "/console/people/{person_id}/erase", CHANGE, does="Erase a person"),
    Route("POST", "/console/people/{person_id}/copy", CHANGE, does="Download a copy of what is kept of a person"),
)

NOT_TYPED: Final = LimenError("this is not the person's email address", "type it exactly to confirm")


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/people/{person_id}/erase")
    async def show(person_id: str, visit: Authorized) -> Response:
        return _page(site, visit, await _goes(site, person_id))

    @router.post("/console/people/{person_id}/erase")
    async def erase(person_id: str, visit: Authorized, sent: Sent) -> Response:
        goes = await _goes(site, person_id)
        await fresh_proof(site, visit, f"/console/people/{person_id}/erase")
        why = sent.get("why", [""])[0]
        if not _is_typed(sent.get("typed", [""])[0], goes.email):
            return _page(site, visit, goes, NOT_TYPED, why)
        work = partial(
            erase_person, person_id=person_id, now=visit.now, by=visit.person.id, why=why, may_deactivate=True
        )
        await done_or_page(site.identity.ports.take(work), partial(_page, site, visit, goes, why=why))
        return site.go(visit, "/console/people", done="erased")

    @router.post("/console/people/{person_id}/copy")
    async def copy(person_id: str, visit: Authorized, _sent: Sent) -> Response:
        await _goes(site, person_id)
        await fresh_proof(site, visit, f"/console/people/{person_id}/erase")
        return await copy_for(site, visit, person_id)

    return router


def _page(site: Site, visit: SignedInVisit, goes: Goes, problem: LimenError | None = None, why: str = "") -> Response:
    return site.page(
        "console/erase.html",
        visit,
        goes=goes,
        has_access=goes.status is PersonStatus.ACTIVE,
        is_oneself=goes.person_id == visit.person.id,
        journal_days=site.ports.settings.storage.journal_days,
        problem=problem,
        why=why,
    )


def _is_typed(typed: str, email: str) -> bool:
    try:
        return hmac.compare_digest(canonical_email(typed).encode(), email.encode())
    except LimenError:
        return False


async def _goes(site: Site, person_id: str) -> Goes:
    """Raises HTTPException 404."""
    try:
        return await site.ports.database.reading(lambda snapshot: what_goes(snapshot, person_id))
    except NobodyError:
        raise HTTPException(404) from None
