"""My sessions: where one is signed in, here and at apps that ask Limen, and ending any of it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.messages import gettext_noop
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.at_apps import at_apps
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/sessions", "Your sessions", VIEW, Menu(PORTAL, 30, title=gettext_noop("Sessions")), hint="your sign-ins"),
    Route("POST", "/sessions/{session_id}/end", VIEW, does=gettext_noop("End a session")),
    Route("POST", "/sessions/end-others", VIEW, does=gettext_noop("End all other sessions")),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    sessions = site.identity.sessions

    @router.get("/sessions")
    async def show(request: Request, visit: Authorized) -> Response:
        rows = sessions.of_person(visit.person.id, visit.session)
        by = await site.identity.issuer_accounts.sessions_of(visit.person.id)
        names = {one.url: one.name for one in site.known.issuers.values()}
        values: dict[str, Any] = {"rows": rows, "apps": site.known.apps, "done": query(request, "done")}
        values |= {"issuers": {key: names.get(by[key], "") for key in by}}
        return site.page("portal/sessions.html", visit, **values, at_apps=await at_apps(site, visit.person.id))

    @router.post("/sessions/{session_id}/end")
    async def end(session_id: str, visit: Authorized, _sent: Sent) -> Response:
        await sessions.revoke_own(visit.session, session_id)
        if session_id == visit.session.id:
            return site.go(visit, "/signed-out")
        return site.go(visit, "/sessions", done="ended")

    @router.post("/sessions/end-others")
    async def end_others(visit: Authorized, _sent: Sent) -> Response:
        for row in sessions.of_person(visit.person.id, visit.session):
            if not row.is_current:
                await sessions.revoke_own(visit.session, row.session.id)
        return site.go(visit, "/sessions", done="others")

    return router
