"""Where other services send their security event tokens (RFC 8935).

No cookie and no session counts: a transmitter proves itself with the token of its stream, and each security event token
is signed by its issuer. It is answered when what it means has come true everywhere.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.sso.shared_signals.receiving.receiver import LONGEST, Receiver, TryAgainError
from limen.sso.shared_signals.receiving.streams import PATH
from limen.sso.shared_signals.sets import INVALID_REQUEST, MEDIA_TYPE, SetRefusedError
from limen.storage.errors import StorageError
from limen.web.devices.push import answer
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

RETRY_AFTER_SECONDS: Final = 5
PAGES: Final = (Route("POST", f"{PATH}/{{transmitter}}", undecided="services send here; each proves whose it is"),)


def routes(site: Site) -> APIRouter:
    router, receiver = APIRouter(), site.ports.offers.take(Receiver)

    @router.post(f"{PATH}/{{transmitter}}")
    async def take(transmitter: str, request: Request) -> Response:
        if media_type_of(request) != MEDIA_TYPE:
            return _refused(415, INVALID_REQUEST, f"the body is {MEDIA_TYPE}")
        body = await request.body()
        if len(body) > LONGEST:
            return _refused(413, INVALID_REQUEST, "it is too long")
        authorization = request.headers.get("authorization", "")
        try:
            await receiver.push(transmitter, authorization, body, site.address(request))
        except SetRefusedError as refused:
            return _refused(400, refused.error, refused.what)
        except (TryAgainError, StorageError):
            response = Response(status_code=503)
            response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
            return response
        return Response(status_code=202)

    return router


def _refused(status: int, error: str, what: str) -> Response:
    """As section 2.3 has it."""
    return answer(status, {"err": error, "description": what})
