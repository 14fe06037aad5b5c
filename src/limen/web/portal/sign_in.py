"""Signing in and out: the passkey first, password and code as the second way; the same page for everybody."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.journey import SessionThere
from limen.web.page import Route
from limen.web.portal.apps import app_open_to, nothing_here
from limen.web.portal.break_glass import leave
from limen.web.requests import SESSION_COOKIE, one, query, text_of, where_to
from limen.web.site import Site, drop_cookie
from limen.web.sso.offered import offered
from limen.web.visit import Anybody, Sent, SentJson, Visit

_UNKNOWN_YET: Final = "who comes here is not known yet; signing in itself is decided by the action sign_in"
PAGES: Final = (
    Route("GET", "/sign-in", undecided=_UNKNOWN_YET),
    Route("POST", "/sign-in", undecided=_UNKNOWN_YET),
    Route("POST", "/sign-in/options", undecided=_UNKNOWN_YET),
    Route("POST", "/sign-in/passkey", undecided=_UNKNOWN_YET),
    Route("POST", "/sign-out", undecided="nothing may keep anybody from leaving"),
    Route("GET", "/signed-out", undecided="says goodbye to whoever was there"),
    Route("GET", "/onward", undecided="leads on to an app that decides for itself; shows nothing of one that is shut"),
)


def routes(site: Site) -> APIRouter:
    """`/sign-in`, `/sign-out`, and `/onward`, the page by which a form's POST leaves."""
    router = APIRouter()

    @router.get("/sign-in")
    async def show(request: Request, visit: Anybody) -> Response:
        to = where_to(query(request, "to", 2_048))
        if visit.session is not None:
            return site.go(visit, "/onward", to=to)
        return sign_in_page(site, visit, to)

    @router.post("/sign-in")
    async def with_password(visit: Anybody, sent: Sent) -> Response:
        to = where_to(one(sent, "to"))
        try:
            done = await site.identity.sign_in.with_password(
                visit.visitor, one(sent, "email"), one(sent, "password"), one(sent, "code")
            )
        except LimenError as wrong:
            return sign_in_page(site, visit, to, one(sent, "email")[:254], wrong)
        return await site.signed_in(visit, done, to, by_script=False)

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        visit = site.visit(request, with_break_glass=True)
        await site.form(request, visit)
        where = await _left_at(site, visit)
        await leave(site, visit)
        response = site.go(visit, "/signed-out", **where)
        drop_cookie(response, SESSION_COOKIE)
        return response

    @router.get("/signed-out")
    async def signed_out(request: Request, visit: Anybody) -> Response:
        issuer = site.known.issuers.get(query(request, "issuer"))
        return site.page("portal/signed_out.html", visit, issuer=issuer, left=query(request, "left", 100))

    @router.get("/onward")
    async def onward(request: Request, visit: Anybody) -> Response:
        named = query(request, "app")
        to = where_to(query(request, "to", 2_048))
        if named and visit.session is None:  # the same whether there is such an app or not
            return site.go(visit, "/sign-in", to=f"/onward?{urlencode({'app': named, 'to': to})}")
        app = app_open_to(site, visit, named) if named else None
        if named and app is None:
            return nothing_here(site, visit)
        url = site.app_url(app, to) if app is not None else to
        return site.page("portal/onward.html", visit, url=url, app=app, here="/")

    _for_scripts(router, site)
    return router


def sign_in_page(
    site: Site, visit: Visit, to: str, email: str | None = None, problem: LimenError | None = None
) -> Response:
    """Every way in. With an address (also "") the second way is open."""
    values: dict[str, Any] = {
        "to": to,
        "email": email or "",
        "opened_second_way": email is not None,
        "problem": problem,
    }
    return site.page("portal/sign_in.html", visit, **values, issuers=offered(site))


async def _left_at(site: Site, visit: Visit) -> dict[str, str]:
    """At which upstream issuer this visitor stays signed in, and the name under which they may sign out there."""
    if visit.session is None or not site.known.issuers:
        return {"issuer": ""}
    behind = await site.identity.issuer_accounts.behind(visit.session)
    issuer = next((one for one in site.known.issuers.values() if behind and one.url == behind.issuer), None)
    if issuer is None or behind is None:
        return {"issuer": ""}
    if issuer.saml is None:  # its own cookie tells it who it is
        return {"issuer": issuer.id}
    upstreams, there = site.ports.offers.take(Upstreams), SessionThere(behind.subject, behind.sid, behind.qualifiers)
    return {"issuer": issuer.id, "left": await upstreams.leaves(issuer, visit.visitor.browser_hash, there)}


def _for_scripts(router: APIRouter, site: Site) -> None:
    """The passkey's ceremony: what to ask of the browser, and its answer."""

    @router.post("/sign-in/options")
    async def options(visit: Anybody, _sent: SentJson) -> Response:
        return site.json_of(visit, {"options": await site.identity.sign_in.passkey_options(visit.visitor)})

    @router.post("/sign-in/passkey")
    async def with_passkey(visit: Anybody, sent: SentJson) -> Response:
        done = await site.identity.sign_in.with_passkey(visit.visitor, sent.get("credential"))  # type: ignore[arg-type]
        return await site.signed_in(visit, done, where_to(text_of(sent, "to")), by_script=True)
