"""Signing out that began at an app (OpenID Connect RP-Initiated Logout 1.0): asked first, then of every app."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.sso.oidc.provider import Provider
from limen.web.page import Route
from limen.web.requests import SESSION_COOKIE, one, query
from limen.web.site import Site, drop_cookie
from limen.web.sso.words import LEAVING
from limen.web.visit import Anybody, Sent

PAGES: Final = (
    Route("GET", "/oidc/sign-out", undecided=LEAVING),
    Route("POST", "/oidc/sign-out", undecided=LEAVING),
)


def routes(site: Site) -> APIRouter:
    """A link alone signs nobody out (a page elsewhere could hold it): there is a button, and the form is ours. It ends
    what hangs on this browser's session; a hint of another's ends nothing there.
    """
    router = APIRouter()
    provider = site.ports.offers.take(Provider)

    def target(hint: str, client_id: str, uri: str, state: str) -> tuple[str, str]:
        sign_in, to = provider.sign_out_target(hint, client_id, uri)
        return sign_in, f"{to}{'&' if '?' in to else '?'}{urlencode({'state': state})}" if to and state else to

    @router.get("/oidc/sign-out")
    async def ask(request: Request, visit: Anybody) -> Response:
        asked = {
            "id_token_hint": query(request, "id_token_hint", 8_192),
            "client_id": query(request, "client_id"),
            "post_logout_redirect_uri": query(request, "post_logout_redirect_uri", 500),
            "state": query(request, "state", 500),
        }
        _, to = target(*asked.values())
        if visit.session is None:
            return site.page("sso/signed_out.html", visit, url=to, here="/")
        return site.page("sso/sign_out.html", visit, action="/oidc/sign-out", asked=asked, url=to, here="/")

    @router.post("/oidc/sign-out")
    async def leave(visit: Anybody, sent: Sent) -> Response:
        names = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
        sign_in, to = target(*(one(sent, name) for name in names))
        if sign_in:
            await provider.check_hint(sign_in, visit.session)
        if visit.session is not None:
            await site.identity.sessions.sign_out(visit.session)
        response = site.page("sso/signed_out.html", visit, url=to, here="/", me=None)
        drop_cookie(response, SESSION_COOKIE)
        return response

    return router
