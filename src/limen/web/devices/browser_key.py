"""Where a browser registers a key of its own for its session on the sign-in host, and asks for its next tie."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.enforcement.browser_keys import asked_in
from limen.enforcement.services import EnforcementServices
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.site import BROWSER_KEY, Site

PAGES: Final = (Route("POST", BROWSER_KEY, undecided="a browser asks by itself, signed by its key", by_programs=True),)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    keys = site.ports.offers.take(EnforcementServices).browser_keys

    @router.post(BROWSER_KEY)
    async def answer(request: Request) -> Response:
        asked = asked_in(request.scope["headers"], BROWSER_KEY, site.origin)
        try:
            reply = await keys.answer(site.session_of_cookie(request), asked)
        except StorageError:
            return Response(status_code=503, headers={"retry-after": "5"})
        response = Response(reply.body, reply.status)
        response.raw_headers = [*reply.fields]
        return response

    return router
