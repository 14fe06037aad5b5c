"""osquery's TLS API at `/osquery/…`: machines ask here, each by the key that it was given. No session counts here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.sources.osquery import MOST_BYTES, InvalidNodeError, Osquery
from limen.devices.wire import RefusedError
from limen.storage.errors import StorageError
from limen.web.devices.push import answer
from limen.web.page import Route
from limen.web.site import Site

_BY_MACHINES: Final = "machines with osquery ask here, each by the key that it was given"
_PATHS: Final = ("enroll", "config", "log", "distributed/read", "distributed/write")
PAGES: Final = tuple(
    Route("POST", f"/osquery/{path}", undecided=_BY_MACHINES, by_programs=True, max_body_bytes=MOST_BYTES)
    for path in _PATHS
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    osquery = site.ports.offers.take(Osquery)

    async def enroll(request: Request) -> dict[str, Any]:
        return await osquery.enroll(await request.body(), site.address(request))

    def by_key(work: Callable[[bytes], Awaitable[dict[str, Any]]]) -> _Work:
        async def asked(request: Request) -> dict[str, Any]:
            return await work(await request.body())

        return asked

    works = (
        enroll,
        by_key(osquery.config),
        by_key(osquery.log),
        by_key(osquery.distributed_read),
        by_key(osquery.distributed_write),
    )
    for path, work in zip(_PATHS, works, strict=True):
        router.add_api_route(f"/osquery/{path}", _answering(work), methods=["POST"])
    return router


_Work: TypeAlias = Callable[[Request], Awaitable[dict[str, Any]]]


def _answering(work: _Work) -> Callable[[Request], Awaitable[Response]]:
    """What a machine is answered: that it is none of ours is a 200, as osquery has it."""

    async def answered(request: Request) -> Response:
        try:
            return answer(200, await work(request))
        except InvalidNodeError:
            return answer(200, {"node_invalid": True})
        except RefusedError as refused:
            return answer(refused.status, {"error": refused.error, "message": refused.what})
        except StorageError:
            return answer(503, {"error": "unavailable"})

    return answered
