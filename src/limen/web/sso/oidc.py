"""OpenID Connect on the sign-in host: what browsers are sent to, and what apps ask by themselves.

No session and no cookie counts where apps ask; no secret of an app counts where browsers come.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from limen.admission import network_of
from limen.enforcement.answers import RETRY_AFTER_SECONDS
from limen.facts import LIMEN
from limen.sso.oidc import metadata
from limen.sso.oidc.authorization import AuthorizationRequest, WrongRequest
from limen.sso.oidc.protocol import ProtocolReply, ProtocolRequest
from limen.sso.oidc.provider import Provider
from limen.web.page import Route
from limen.web.requests import MAX_FIELDS, UnreadableError, media_type_of
from limen.web.site import Site
from limen.web.sso.published import published
from limen.web.sso.words import ABOUT_THE_APP, NOT_UNDERSTOOD
from limen.web.visit import Anybody, Sent, Visit

JSON: Final = "application/json"
LONGEST_WAY: Final = 1_800
"""Longer addresses of ours are kept here while their visitor signs in, and named instead."""
_BY_APPS: Final = "apps ask here, and prove themselves; each answer is decided by itself"
PAGES: Final = (
    Route("GET", "/.well-known/openid-configuration", undecided="what apps find before they ask", media_type=JSON),
    Route("GET", "/.well-known/oauth-authorization-server", undecided="the same", media_type=JSON),
    Route("GET", "/oidc/keys", undecided="public keys", media_type=JSON, by_programs=True),
    Route("GET", "/oidc/authorize", undecided=ABOUT_THE_APP),
    Route("POST", "/oidc/consent", undecided=ABOUT_THE_APP),
    Route("POST", "/oidc/par", undecided=_BY_APPS, by_programs=True),
    Route("POST", "/oidc/device", undecided=_BY_APPS, by_programs=True),
    Route("POST", "/oidc/token", undecided=_BY_APPS, by_programs=True),
    Route("POST", "/oidc/introspect", undecided=_BY_APPS, by_programs=True),
    Route("POST", "/oidc/revoke", undecided=_BY_APPS, by_programs=True),
    Route("GET", "/oidc/userinfo", undecided=_BY_APPS, media_type=JSON, by_programs=True),
    Route("POST", "/oidc/userinfo", undecided=_BY_APPS, by_programs=True),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    provider = site.ports.offers.take(Provider)
    _found(router, site, provider)
    _for_browsers(router, site, provider)
    _for_apps(router, site, provider)
    return router


def _found(router: APIRouter, site: Site, provider: Provider) -> None:
    """What apps find out by themselves."""
    said = metadata.configuration(provider.issuer)

    @router.get("/.well-known/openid-configuration")
    async def openid() -> Response:
        return _public(said)

    @router.get("/.well-known/oauth-authorization-server")
    async def oauth() -> Response:
        return _public(said)

    @router.get("/oidc/keys")
    async def keys() -> Response:
        return published(site, lambda: _public(dict(provider.key_set())))


def _for_browsers(router: APIRouter, site: Site, provider: Provider) -> None:
    @router.get("/oidc/authorize")
    async def authorize(request: Request, visit: Anybody) -> Response:
        wire = ProtocolRequest("GET", "/oidc/authorize", query=_many(request.url.query))
        asked = await provider.authorization.asked(wire)
        if isinstance(asked, WrongRequest):
            return _wrong(site, visit, asked)
        here = await _way_back(request, provider, asked, visit.visitor.address)
        if visit.session is None or visit.person is None:
            if "none" in asked.prompts:
                return _to_app(provider.authorization.refuse(asked, "login_required"))
            return site.go(visit, "/sign-in", to=here)
        step = await provider.authorization.answer(asked, visit.session, visit.person, visit.visitor.address)
        if step.location:
            return _to_app(step.location)
        if step.prove_again:
            return site.go(visit, "/step-up", app=LIMEN, to=here, decision=step.decision)
        if step.unavailable:
            return site.unavailable(visit, step.unavailable)
        if step.refused:
            return site.go(visit, "/not-yet", decision=step.decision)
        return site.page("sso/consent.html", visit, app=asked.app, scopes=asked.scopes, way=here, here="/")

    @router.post("/oidc/consent")
    async def consent(visit: Anybody, sent: Sent) -> Response:
        _ = visit.live_session
        way = (sent.get("way") or [""])[0]
        asked = await provider.authorization.asked(
            ProtocolRequest("GET", "/oidc/authorize", query=_many(way.partition("?")[2]))
        )
        if isinstance(asked, WrongRequest) or visit.person is None:
            return site.wrong(visit, 400, *NOT_UNDERSTOOD)
        if (sent.get("answer") or [""])[0] == "agree":
            await provider.authorization.agree(asked, visit.person)
            return site.go(visit, "/onward", to=way)  # by way of a page: `form-action` would stop the app's redirect
        return site.page(
            "sso/declined.html",
            visit,
            app=asked.app,
            url=provider.authorization.refuse(asked, "access_denied"),
            here="/",
        )


def _for_apps(router: APIRouter, site: Site, provider: Provider) -> None:
    @router.post("/oidc/device")
    async def device(request: Request) -> Response:
        return _json(await provider.device.begin(await _wire(request), site.address(request)))

    @router.post("/oidc/par")
    async def push(request: Request) -> Response:
        address = site.address(request)
        return _json(await provider.authorization.push(await _wire(request), address))

    @router.post("/oidc/token")
    async def token(request: Request) -> Response:
        address = site.address(request)
        return _json(await provider.token(await _wire(request), _proof(request), address))

    @router.post("/oidc/introspect")
    async def introspect(request: Request) -> Response:
        return _json(await provider.introspect(await _wire(request)))

    @router.post("/oidc/revoke")
    async def revoke(request: Request) -> Response:
        return _json(await provider.revoke(await _wire(request)))

    async def who(request: Request) -> Response:
        scheme, _, given = _only(request, "authorization").partition(" ")
        if scheme.lower() not in {"bearer", "dpop"}:
            return _json(ProtocolReply(401, {"error": "invalid_token"}, (("WWW-Authenticate", "Bearer"),)))
        return _json(await provider.userinfo(given.strip(), scheme.lower(), _proof(request), request.method))

    router.add_api_route("/oidc/userinfo", who, methods=["GET"])
    router.add_api_route("/oidc/userinfo", who, methods=["POST"])


async def _way_back(request: Request, provider: Provider, asked: AuthorizationRequest, address: str) -> str:
    """Where to come back to after a sign-in or a proof: here. A long address is kept, and named."""
    here = f"{request.url.path}?{request.url.query}"
    if len(here) <= LONGEST_WAY:
        return here
    uri, _ = await provider.authorization.pushed.keep(asked.wire, network_of(address))
    return f"{request.url.path}?{urlencode({'client_id': asked.app.id, 'request_uri': uri})}"


def _wrong(site: Site, visit: Visit, wrong: WrongRequest) -> Response:
    if wrong.location:
        return _to_app(wrong.location)
    return site.wrong(visit, 400, *NOT_UNDERSTOOD)


def _to_app(location: str) -> Response:
    return RedirectResponse(location, status_code=303, headers={"cache-control": "no-store"})


async def _wire(request: Request) -> ProtocolRequest:
    """What an app sent. Raises UnreadableError for anything but a form."""
    if media_type_of(request) != "application/x-www-form-urlencoded":
        raise UnreadableError
    try:
        form = _many((await request.body()).decode("ascii"))
    except ValueError:
        raise UnreadableError from None
    return ProtocolRequest("POST", request.scope["path"], form=form, authorization=_only(request, "authorization"))


def _many(text: str) -> dict[str, list[str]]:
    """Parameters by name. Raises UnreadableError for more than anybody sends."""
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UnreadableError from None


def _only(request: Request, name: str) -> str:
    """The one value of a header field; "" where it is missing or sent twice."""
    given = request.headers.getlist(name)
    return given[0] if len(given) == 1 else ""


def _proof(request: Request) -> str:
    """The proof of a key (RFC 9449 section 4.3). Two are one that proves nothing, and not none."""
    return ", ".join(request.headers.getlist("dpop"))


def _json(reply: ProtocolReply) -> Response:
    fields = {name: value for name, value in reply.fields if name.lower() == "www-authenticate"}
    if reply.status == 503:
        fields["retry-after"] = str(RETRY_AFTER_SECONDS)
    kept = {"cache-control": "no-store", "pragma": "no-cache", **fields}
    return Response(msgspec.json.encode(dict(reply.body)), reply.status, kept, JSON)


def _public(said: object) -> Response:
    return JSONResponse(said, headers={"cache-control": "public, max-age=300", "access-control-allow-origin": "*"})
