"""Linking and unlinking one's own account at an upstream issuer, and going on to sign out there."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.messages import gettext_noop
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.journey import Intent, Journey
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.portal.passkeys import done_or_passkeys
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.upstream import Door
from limen.web.sso.words import LEAVING
from limen.web.visit import Anybody, Authorized, Sent

PAGES: Final = (
    Route("POST", "/passkeys/issuers/{issuer_id}/link", VIEW),
    Route("POST", "/passkeys/issuers/{issuer_id}/unlink", VIEW, does=gettext_noop("Unlink an account")),
    Route("GET", "/signed-out/at/{issuer_id}", undecided=LEAVING),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    upstreams = site.ports.offers.take(Upstreams)
    door = Door(site, upstreams)

    @router.post("/passkeys/issuers/{issuer_id}/link")
    async def link(issuer_id: str, visit: Authorized, _sent: Sent) -> Response:
        """The proof has to be fresh before they leave; it is looked at again when they are back."""
        await fresh_proof(site, visit, "/passkeys")
        journey = Journey(Intent.LINK, "/passkeys", visit.session.id)
        return await door.away(visit, door.issuer(issuer_id), journey, by_form=True)

    @router.post("/passkeys/issuers/{issuer_id}/unlink")
    async def unlink(issuer_id: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, "/passkeys")
        unlinking = site.identity.issuer_accounts.unlink(visit.session, door.issuer(issuer_id).url)
        return await done_or_passkeys(site, visit, "unlinked", unlinking)

    @router.get("/signed-out/at/{issuer_id}")
    async def sign_out_there(request: Request, issuer_id: str, visit: Anybody) -> Response:
        """By a link that somebody presses: whoever signs out here may want to go on working there."""
        issuer = door.issuer(issuer_id)
        left = query(request, "left", 100)
        url = await upstreams.sign_out_url(issuer, visit.visitor.browser_hash, left)
        if not url:
            return site.go(visit, "/signed-out")
        return site.page("sso/to_issuer.html", visit, issuer=issuer, url=url, here="/")

    return router
