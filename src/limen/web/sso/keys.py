"""The keys that Limen signs with for apps: which there are, when each changes, the next one, and a new start."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.sso import signing_keys
from limen.sso.oidc.provider import Provider
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.signing_keys import LONGEST_WAIT_DAYS, OIDC, PROTOCOLS, SAML
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/keys"
_KEY: Final = "M15.5 12.5a4 4 0 1 0-3.6-2.3L4 18v2.5h3V18h2.2v-2.2h2.2l1.9-1.9a4 4 0 0 0 2.2-1.4M16 8.5h.01"
PAGES: Final = (
    Page(AT, "Signing keys", READ, Menu("Improve", 35, _KEY), hint="rotation, certificates, JWKS, SAML, OpenID"),
    Route("GET", "/console/keys/saml/{key_id}.pem", READ, media_type="application/x-pem-file"),
    Route("POST", "/console/keys/{protocol}/renew", CHANGE, does="Make the next signing key"),
    Route("POST", "/console/keys/{protocol}/discard", CHANGE, does="Discard all signing keys of a protocol"),
)
_DONE: Final = {
    "made": "The next key is published. By SAML, give its certificate to the apps in time.",
    "waits": "The next key waits already: nothing was made.",
    "discarded": "The old keys are gone, and a new one signs. By SAML, give its certificate to every app now.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    by_oidc, by_saml = site.ports.offers.take(Provider), site.ports.offers.take(IdentityProvider)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        apps = site.known.apps.values()
        return site.page(
            "console/keys.html",
            visit,
            shown=signing_keys.shown(by_oidc.keys, by_saml.keys, visit.now),
            certified={SAML: by_saml.keys.every},
            apps={OIDC: [app for app in apps if app.oidc or app.entra], SAML: [app for app in apps if app.saml]},
            key_set=f"{site.origin}/oidc/keys",
            metadata=by_saml.entity_id,
            longest=LONGEST_WAIT_DAYS,
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.get("/console/keys/saml/{key_id}.pem")
    async def certificate(key_id: str, _visit: Authorized) -> Response:
        """A certificate as a file, for an app that takes no metadata."""
        key = next((key for key in by_saml.keys.every if key.id == key_id), None)
        if key is None:
            raise HTTPException(404)
        disposition = f'attachment; filename="limen-saml-{key.id[:12]}.pem"'
        headers = {"content-disposition": disposition, "cache-control": "no-store"}
        return Response(key.certificate, media_type="application/x-pem-file", headers=headers)

    @router.post("/console/keys/{protocol}/renew")
    async def renew(protocol: str, visit: Authorized, sent: Sent) -> Response:
        _refuse_unknown(protocol)
        await fresh_proof(site, visit, AT)
        days = one(sent, "days") if protocol == SAML else "0"
        if not (days.isascii() and days.isdigit() and len(days) < 4 and int(days) <= LONGEST_WAIT_DAYS):
            raise HTTPException(400)
        name = site.ports.settings.name
        is_made = await site.identity.ports.write(
            lambda t: signing_keys.renew(t, by_oidc.keyring, protocol, visit.now, int(days), name, visit.person.id)
        )
        return site.go(visit, AT, done="made" if is_made else "waits")

    @router.post("/console/keys/{protocol}/discard")
    async def discard(protocol: str, visit: Authorized, sent: Sent) -> Response:
        _refuse_unknown(protocol)
        await fresh_proof(site, visit, AT)
        if one(sent, "sure") != "yes":
            raise HTTPException(400)
        name = site.ports.settings.name
        await site.identity.ports.write(
            lambda t: signing_keys.discard(t, by_oidc.keyring, protocol, visit.now, name, visit.person.id)
        )
        return site.go(visit, AT, done="discarded")

    return router


def _refuse_unknown(protocol: str) -> None:
    """Raises HTTPException 404 for a protocol that has no keys."""
    if protocol not in PROTOCOLS:
        raise HTTPException(404)
