"""My sessions: where one is signed in, and ending any of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.web.requests import query
from limen.web.site import Site


def rooms(site: Site) -> APIRouter:
    router = APIRouter()
    sessions = site.identity.sessions

    @router.get("/sessions")
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        rows = sessions.of_person(resident.person.id, resident.session)
        done = query(request, "done")
        return site.page("portal/sessions.html", resident, rows=rows, apps=site.known.apps, done=done)

    @router.post("/sessions/{session_id}/end")
    async def end(request: Request, session_id: str) -> Response:
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        await sessions.revoke_own(resident.session, session_id)
        if session_id == resident.session.id:
            return site.go(resident, "/signed-out")
        return site.go(resident, "/sessions", done="ended")

    @router.post("/sessions/end-others")
    async def end_others(request: Request) -> Response:
        resident = await site.enter(request)
        await site.form(request, resident.visit)
        for row in sessions.of_person(resident.person.id, resident.session):
            if not row.is_current:
                await sessions.revoke_own(resident.session, row.session.id)
        return site.go(resident, "/sessions", done="others")

    return router
