"""Signing out by SAML: what an app asks for by way of a browser. What is not signed, a person agrees to."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.admission import network_of
from limen.messages import gettext_noop
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.requests import SignOutRequest
from limen.sso.saml.single_logout import SingleLogout
from limen.web.page import Route
from limen.web.requests import SESSION_COOKIE, one, query
from limen.web.site import Site, drop_cookie
from limen.web.sso.saml import arrived_in_form, arrived_in_query, form_of_another_site
from limen.web.sso.words import LEAVING
from limen.web.visit import Anybody, Sent, Visit

PAGES: Final = (
    Route("GET", "/saml/sign-out", undecided=LEAVING),
    Route("POST", "/saml/sign-out", undecided=LEAVING),
    Route("GET", "/saml/leave", undecided=LEAVING),
    Route("POST", "/saml/leave", undecided=LEAVING),
)
_WRONG: Final = (
    gettext_noop("This sign-out can't continue"),
    gettext_noop("nothing was ended; sign out with the button on your page of apps"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    logout = site.ports.offers.take(SingleLogout)

    @router.get("/saml/sign-out")
    async def by_redirect(request: Request, visit: Anybody) -> Response:
        try:
            asked = await logout.asked(lambda: arrived_in_query(request))
        except WrongMessageError:
            return site.wrong(visit, 400, *_WRONG)
        return await _go_on(site, visit, asked)

    @router.post("/saml/sign-out")
    async def by_post(request: Request, visit: Anybody) -> Response:
        form = await form_of_another_site(request)
        try:
            asked = await logout.asked(lambda: arrived_in_form(form))
        except WrongMessageError:
            return site.wrong(visit, 400, *_WRONG)
        kept = await logout.leaving.keep(asked, network_of(visit.visitor.address))
        return RedirectResponse(f"/saml/leave?request={kept}", status_code=303)

    @router.get("/saml/leave")
    async def resume(request: Request, visit: Anybody) -> Response:
        name = query(request, "request")
        asked = await logout.leaving.look(name)
        if asked is None or not await logout.leaving.take(name):
            return site.wrong(visit, 400, *_WRONG)
        return await _go_on(site, visit, asked)

    @router.post("/saml/leave")
    async def agree(visit: Anybody, sent: Sent) -> Response:
        name = one(sent, "request")
        asked = await logout.leaving.look(name)
        if asked is None or not await logout.leaving.take(name):
            return site.wrong(visit, 400, *_WRONG)
        done = await logout.end(asked, visit.session, is_agreed=True)
        if visit.session is not None:
            await site.identity.sessions.sign_out(visit.session)
        response = site.page("sso/signed_out.html", visit, url=done.location, here="/", me=None)
        drop_cookie(response, SESSION_COOKIE)
        return response

    return router


async def _go_on(site: Site, visit: Visit, asked: SignOutRequest) -> Response:
    """End what is meant, and tell the app; or ask first."""
    logout = site.ports.offers.take(SingleLogout)
    if not asked.is_signed and visit.session is not None:
        kept = await logout.leaving.keep(asked, network_of(visit.visitor.address))
        return site.page("sso/sign_out.html", visit, action="/saml/leave", asked={"request": kept}, url="", here="/")
    done = await logout.end(asked, visit.session)
    if done.is_of_this_browser and visit.session is not None:
        await site.identity.sessions.sign_out(visit.session)
    if done.location:
        response: Response = RedirectResponse(done.location, status_code=303)
    else:
        response = site.page("sso/signed_out.html", visit, url="", here="/", me=None)
    if done.is_of_this_browser:
        drop_cookie(response, SESSION_COOKIE)
    return response
