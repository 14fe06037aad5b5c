"""An app that signs people in by OpenID Connect, in the console: what to paste, what it is told, who is in now."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY
from limen.facts import App
from limen.sso.logouts import Logouts
from limen.sso.oidc.provider import Provider
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.shown import DONE, about_app
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/apps/{app_id}/sign-in", READ),
    Route("POST", "/console/apps/{app_id}/sign-in/secret", CHANGE, does="Make a new secret"),
    Route("POST", "/console/apps/{app_id}/sign-in/{sign_in_id}/end", CHANGE, does="End a sign-in"),
)
OVERLAP: Final = DAY
"""How long the secrets before still count."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    provider, logouts = site.ports.offers.take(Provider), site.ports.offers.take(Logouts)

    async def page(
        visit: SignedInVisit, app: App, *, had_secret: bool, email: str = "", secret: str = "", done: str = ""
    ) -> Response:
        return site.page(
            "console/registration.html",
            visit,
            issuer=provider.issuer,
            secret=secret,
            had_secret=had_secret,
            done=done,
            **await about_app(site, visit, app, email),
        )

    @router.get("/console/apps/{app_id}/sign-in")
    async def look(request: Request, app_id: str, visit: Authorized) -> Response:
        app = _registered(site, app_id)
        audit_view(site, visit, "app", app_id)
        done = DONE.get(query(request, "done"), "")
        had_secret = await provider.has_secret(app_id)
        return await page(visit, app, had_secret=had_secret, email=query(request, "person", 254).strip(), done=done)

    @router.post("/console/apps/{app_id}/sign-in/secret")
    async def renew(app_id: str, visit: Authorized, _sent: Sent) -> Response:
        app = _registered(site, app_id)
        await fresh_proof(site, visit, f"/console/apps/{app_id}/sign-in")
        if app.oidc is None or not app.oidc.has_secret:
            raise HTTPException(404)
        had_secret = await provider.has_secret(app_id)
        secret = await provider.new_secret(app_id, visit.person.id, OVERLAP)
        return await page(visit, app, had_secret=had_secret, secret=secret)

    @router.post("/console/apps/{app_id}/sign-in/{sign_in_id}/end")
    async def end(app_id: str, sign_in_id: str, visit: Authorized, _sent: Sent) -> Response:
        await logouts.end_sign_in(sign_in_id, _registered(site, app_id).id, visit.person.id)
        return site.go(visit, f"/console/apps/{app_id}/sign-in", done="ended")

    return router


def _registered(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or app.oidc is None:
        raise HTTPException(404)
    return app
