"""`/open`: from an app's host by way of sign-in back to that host, with a code that only that browser can use."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from limen.facts import LIMEN
from limen.web.page import Route
from limen.web.portal.apps import nothing_here
from limen.web.requests import query, query_id, where_to
from limen.web.site import Site
from limen.web.visit import Anybody

PAGES: Final = (Route("GET", "/open", undecided="hands over to an app's host, whose every request is decided there"),)


def routes(site: Site) -> APIRouter:
    """Where `/.limen/start` on an app's host sends the browser."""
    router = APIRouter()

    @router.get("/open")
    async def open_app(request: Request, visit: Anybody) -> Response:
        if visit.session is None:
            here = where_to(f"{request.url.path}?{request.url.query}")
            return site.go(visit, "/sign-in", to=here)  # the same whether there is such an app or not
        # Any app of the company, also one that will refuse: whoever reached its host knows that it is there, and its
        # refusal has its reasons and its page. To shut the way here would leave them with no answer at all.
        app = site.known.apps.get(query_id(request, "app"))
        if app is None or app.id == LIMEN:
            return nothing_here(site, visit)
        to = where_to(query(request, "to", 2_048), app.start)
        bind = query(request, "bind")
        code = await site.ports.app_logins.issue(visit.session, app.id, bind, to, tied_until=visit.tied_until)
        return RedirectResponse(site.ports.app_logins.callback_url(app, code), status_code=303)

    return router
