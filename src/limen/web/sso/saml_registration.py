"""An app that signs people in by SAML, in the console: what to paste, what it is told, who is in now; and the keys."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import App
from limen.sso.logouts import Logouts
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.keys import grouped
from limen.web.console.view_audit import audit_view
from limen.web.page import Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.shown import DONE, about_app
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Route("GET", "/console/apps/{app_id}/saml", READ),
    Route("POST", "/console/apps/{app_id}/saml/{sign_in_id}/end", CHANGE, does="End a sign-in"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    provider, logouts = site.ports.offers.take(IdentityProvider), site.ports.offers.take(Logouts)

    @router.get("/console/apps/{app_id}/saml")
    async def look(request: Request, app_id: str, visit: Authorized) -> Response:
        app = _registered(site, app_id)
        audit_view(site, visit, "app", app_id)
        signing = provider.keys.signing(visit.now)
        return site.page(
            "console/saml.html",
            visit,
            provider=provider,
            keys=[(key, grouped(key.id), key is signing) for key in provider.keys.every],
            done=DONE.get(query(request, "done"), ""),
            **await about_app(site, visit, app, query(request, "person", 254).strip()),
        )

    @router.post("/console/apps/{app_id}/saml/{sign_in_id}/end")
    async def end(app_id: str, sign_in_id: str, visit: Authorized, _sent: Sent) -> Response:
        await logouts.end_sign_in(sign_in_id, _registered(site, app_id).id, visit.person.id)
        return site.go(visit, f"/console/apps/{app_id}/saml", done="ended")

    return router


def _registered(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or app.saml is None:
        raise HTTPException(404)
    return app
