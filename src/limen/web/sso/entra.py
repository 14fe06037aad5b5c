"""Entra ID's second factor on the sign-in host: where it sends browsers, and the page that posts the answer back.

The form that Entra ID sends comes without our cookies (SameSite=Lax). So it is read, kept, and gone on with at an
address of ours. The answer is posted by a person's hand and never by itself: the page says for what it is, and that
whoever did not begin this should stop here.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from limen.admission import network_of
from limen.facts import LIMEN
from limen.messages import gettext_noop
from limen.sso.entra.external_method import ExternalMethod, NextStep
from limen.sso.entra.requests import FactorRequest, WrongRequestError
from limen.web.middleware import FORM_TARGETS
from limen.web.page import Route
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.published import published
from limen.web.sso.saml import form_of_another_site
from limen.web.sso.words import ABOUT_THE_APP, OVER
from limen.web.visit import Anybody, Visit

JSON: Final = "application/json"
CONFIGURATION: Final = "/entra/.well-known/openid-configuration"
PAGES: Final = (
    Route("GET", CONFIGURATION, undecided="what Entra ID finds before it asks", media_type=JSON),
    Route("GET", "/entra/keys", undecided="public keys", media_type=JSON),
    Route("POST", "/entra/authorize", undecided=ABOUT_THE_APP),
    Route("GET", "/entra/continue", undecided=ABOUT_THE_APP),
)
_WRONG: Final = (
    gettext_noop("This sign-in can't continue"),
    gettext_noop("Microsoft's request can't be trusted; open the app again, and if that doesn't help, tell your IT"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    method = site.ports.offers.take(ExternalMethod)

    @router.get(CONFIGURATION)
    async def configuration() -> Response:
        return JSONResponse(method.configuration(), headers=_PUBLIC)

    @router.get("/entra/keys")
    async def keys() -> Response:
        return published(site, lambda: JSONResponse(method.key_set(), headers=_PUBLIC))

    @router.post("/entra/authorize")
    async def authorize(request: Request, visit: Anybody) -> Response:
        form = await form_of_another_site(request)
        try:
            asked = await method.asked(form)
        except WrongRequestError:
            return site.wrong(visit, 400, *_WRONG)
        return RedirectResponse(
            _way_back(await method.waiting.keep(asked, network_of(visit.visitor.address))), status_code=303
        )

    @router.get("/entra/continue")
    async def resume(request: Request, visit: Anybody) -> Response:
        name = query(request, "request")
        asked = await method.waiting.look(name)
        if asked is None:
            return site.wrong(visit, 400, *OVER)
        if visit.session is None or visit.person is None:
            return site.go(visit, "/sign-in", to=_way_back(name))
        step = await method.answer(asked, visit.session, visit.person, visit.visitor.address)
        if step.prove_again:
            return site.go(visit, "/step-up", app=LIMEN, to=_way_back(name), decision=step.decision)
        await method.waiting.take(name)
        return _answer(site, request, visit, asked, step)

    return router


_PUBLIC: Final = {"cache-control": "public, max-age=300"}


def _answer(site: Site, request: Request, visit: Visit, asked: FactorRequest, step: NextStep) -> Response:
    """The page from which the answer is posted. Its policy lets it go to Entra ID, and on to where the app is."""
    tenant = asked.app.entra
    if step.outcome is None or tenant is None:
        return site.wrong(visit, 400, *OVER)
    home = urlsplit(asked.app.url)
    setattr(request.state, FORM_TARGETS, (tenant.redirect_uri, tenant.authority, f"{home.scheme}://{home.netloc}"))
    return site.page(
        "sso/entra.html",
        visit,
        app=asked.app,
        outcome=step.outcome,
        url=tenant.redirect_uri,
        fields=step.fields,
        decision=step.decision,
        here="/",
    )


def _way_back(name: str) -> str:
    """Where the request waits, under a name that nobody guesses."""
    return f"/entra/continue?{urlencode({'request': name})}"
