"""My passkeys: added with a fresh proof, named, removed; and what else I hold, with the way to its own page."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import Issuer
from limen.identity.store.issuer_accounts import IssuerAccount
from limen.messages import gettext_noop
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query, text_of, where_to
from limen.web.site import Site, done_or_page
from limen.web.sso.offered import offered
from limen.web.visit import Authorized, Sent, SentJson, SignedInVisit

PAGES: Final = (
    Page(
        "/passkeys",
        "Your passkeys",
        VIEW,
        Menu(PORTAL, 20, title=gettext_noop("Passkeys")),
        hint="your own factors",
        opens_to_enrol=True,
    ),
    Route("POST", "/passkeys/{passkey_id}/rename", VIEW, does=gettext_noop("Rename a passkey")),
    Route("POST", "/passkeys/{passkey_id}/remove", VIEW, does=gettext_noop("Remove a passkey")),
    Route("POST", "/passkeys/{passkey_id}/lost", VIEW, does=gettext_noop("Report a device as lost")),
    Route("POST", "/passkeys/options", VIEW, opens_to_enrol=True),
    Route("POST", "/passkeys/add", VIEW, opens_to_enrol=True),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    factors = site.identity.factors

    @router.get("/passkeys")
    async def show(request: Request, visit: Authorized) -> Response:
        return await page(site, visit, done=query(request, "done"))

    @router.post("/passkeys/{passkey_id}/rename")
    async def rename(passkey_id: str, visit: Authorized, sent: Sent) -> Response:
        renaming = factors.rename_passkey(visit.session, passkey_id, one(sent, "name"))
        return await done_or_passkeys(site, visit, "renamed", renaming)

    @router.post("/passkeys/{passkey_id}/remove")
    async def remove(passkey_id: str, visit: Authorized, _sent: Sent) -> Response:
        return await done_or_passkeys(site, visit, "removed", factors.remove_passkey(visit.session, passkey_id))

    @router.post("/passkeys/{passkey_id}/lost")
    async def lost(passkey_id: str, visit: Authorized, _sent: Sent) -> Response:
        return await done_or_passkeys(site, visit, "lost", factors.report_lost(visit.session, passkey_id))

    _for_scripts(router, site)
    return router


def _for_scripts(router: APIRouter, site: Site) -> None:
    """The ceremony that makes a new passkey."""
    factors = site.identity.factors

    @router.post("/passkeys/options")
    async def options(visit: Authorized, _sent: SentJson) -> Response:
        return site.json_of(visit, {"options": await factors.passkey_options(visit.session, visit.visitor)})

    @router.post("/passkeys/add")
    async def add(visit: Authorized, sent: SentJson) -> Response:
        await factors.add_passkey(visit.session, visit.visitor, sent.get("credential"))  # type: ignore[arg-type]
        return site.json_of(visit, {"location": where_to(text_of(sent, "to"), "/passkeys?done=added")})


async def done_or_passkeys(site: Site, visit: SignedInVisit, word: str, work: Awaitable[object]) -> Response:
    """The page once more; what can't be done is said on it."""
    await done_or_page(work, partial(page, site, visit))
    return site.go(visit, "/passkeys", done=word)


async def page(site: Site, visit: SignedInVisit, problem: LimenError | None = None, *, done: str = "") -> Response:
    """My passkeys, with what went wrong or was done."""
    recovery = site.identity.recovery
    values: dict[str, Any] = {
        "held": await site.identity.factors.of_person(visit.person.id),
        "left": await recovery.left(visit.person.id) if recovery.is_on else None,
        "issuers": await _issuers(site, visit.person.id),
        "problem": problem,
        "done": done,
    }
    return site.page("portal/passkeys.html", visit, **values)


async def _issuers(site: Site, person_id: str) -> list[tuple[Issuer, IssuerAccount | None]]:
    """The upstream issuers, with this person's account there where it is linked."""
    if not site.known.issuers:
        return []
    linked = {one.issuer: one for one in await site.identity.issuer_accounts.of_person(person_id)}
    able = offered(site)
    return [(one, linked.get(one.url)) for one in site.known.issuers.values() if one in able or one.url in linked]
