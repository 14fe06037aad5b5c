"""My passkeys: added with a fresh proof, named, removed; and the password and code of those who have them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from limen.errors import LimenError
from limen.identity.errors import FreshProofNeededError, NotLiveError
from limen.web.requests import one, query
from limen.web.site import Resident, Site, status_of


def rooms(site: Site) -> APIRouter:
    router = APIRouter()
    factors = site.identity.factors

    @router.get("/passkeys")
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        return await page(site, resident, done=query(request, "done"))

    @router.post("/passkeys/{passkey_id}/rename")
    async def rename(request: Request, passkey_id: str) -> Response:
        resident = await site.enter(request)
        sent = await site.form(request, resident.visit)
        return await _done(resident, "renamed", factors.rename_passkey(resident.session, passkey_id, one(sent, "name")))

    @router.post("/passkeys/{passkey_id}/remove")
    async def remove(request: Request, passkey_id: str) -> Response:
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        return await _done(resident, "removed", factors.remove_passkey(resident.session, passkey_id))

    @router.post("/passkeys/{passkey_id}/lost")
    async def lost(request: Request, passkey_id: str) -> Response:
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        return await _done(resident, "lost", factors.report_lost(resident.session, passkey_id))

    _for_scripts(router, site)

    async def _done(resident: Resident, word: str, work: Awaitable[object]) -> Response:
        """The page once more; what can't be done is said on it."""
        try:
            await work
        except (NotLiveError, FreshProofNeededError):
            raise
        except LimenError as wrong:
            return await page(site, resident, problem=wrong)
        return site.go(resident, "/passkeys", done=word)

    return router


def _for_scripts(router: APIRouter, site: Site) -> None:
    """The ceremony that makes a new passkey."""
    factors = site.identity.factors

    @router.post("/passkeys/options")
    async def options(request: Request) -> Response:
        async def ask(resident: Resident, _sent: dict[str, Any]) -> Response:
            return JSONResponse({"options": await factors.passkey_options(resident.session, resident.visitor)})

        return await site.admitting_script(request, ask)

    @router.post("/passkeys/add")
    async def add(request: Request) -> Response:
        async def finish(resident: Resident, sent: dict[str, Any]) -> Response:
            await factors.add_passkey(resident.session, resident.visitor, sent.get("credential"))  # type: ignore[arg-type]
            return JSONResponse({"location": "/passkeys?done=added"})

        return await site.admitting_script(request, finish)


async def page(site: Site, resident: Resident, *, problem: LimenError | None = None, done: str = "") -> Response:
    """My passkeys, with what went wrong or was done."""
    recovery = site.identity.recovery
    values = {
        "held": await site.identity.factors.of_person(resident.person.id),
        "left": await recovery.left(resident.person.id) if recovery.is_on else None,
        "problem": problem,
        "done": done,
    }
    return site.page("portal/passkeys.html", resident, status_of(problem) if problem else 200, **values)
