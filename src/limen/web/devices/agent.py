"""What `limen-agent` asks: to enrol, to report, to be told (see docs/explanation/agent-wire.md).

No cookie and no session counts here: each message is signed by the device's own key, and answered in JSON.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from limen.devices.service import Devices
from limen.devices.streams import Stream
from limen.devices.wire import RefusedError
from limen.storage.errors import StorageError
from limen.web.page import Route
from limen.web.requests import media_type_of
from limen.web.site import Site

JOSE: Final = "application/jose"
HEARTBEAT_SECONDS: Final = 20.0
MOST_LISTENING: Final = 20_000
RETRY_AFTER_SECONDS: Final = 5
_BY_AGENTS: Final = "agents ask here; each message is signed by the key of its device"
PAGES: Final = (
    Route("POST", "/agent/enrol", undecided=_BY_AGENTS, by_programs=True),
    Route("POST", "/agent/enrol/finish", undecided=_BY_AGENTS, by_programs=True),
    Route("POST", "/agent/report", undecided=_BY_AGENTS, by_programs=True),
    Route("POST", "/agent/certificate", undecided=_BY_AGENTS, by_programs=True),
    Route("POST", "/agent/logs", undecided=_BY_AGENTS, by_programs=True),
    Route("POST", "/agent/tunnel", undecided=_BY_AGENTS, by_programs=True),
    Route("GET", "/agent/stream", undecided=_BY_AGENTS, by_programs=True, media_type="text/event-stream"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    devices = site.ports.offers.take(Devices)

    async def begin(compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        return 200, await devices.begin(compact, address)

    async def report(compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        return 200, await devices.report(compact, address)

    async def certificate(compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        return 200, await devices.certificate(compact, address)

    async def logs(compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        return 200, await devices.take_logs(compact, address)

    async def tunnel(compact: bytes, address: str) -> tuple[int, dict[str, Any]]:
        return 200, await devices.tunnel(compact, address)

    asked: dict[str, _Work] = {
        "/agent/enrol": begin,
        "/agent/enrol/finish": devices.finish,
        "/agent/report": report,
        "/agent/certificate": certificate,
        "/agent/logs": logs,
        "/agent/tunnel": tunnel,
    }
    for path, work in asked.items():
        router.add_api_route(path, _answering(site, devices, work), methods=["POST"])

    @router.get("/agent/stream")
    async def listen(request: Request) -> Response:
        scheme, _, compact = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "limen":
            return _wrong(devices, _UNSIGNED)
        if len(devices.streams) >= MOST_LISTENING:
            return _unavailable()
        try:
            stream = devices.listen(compact.strip().encode("latin-1", "replace"), site.address(request))
        except RefusedError as refused:
            return _wrong(devices, refused)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_events(devices, stream), media_type="text/event-stream", headers=headers)

    return router


_Work: TypeAlias = Callable[[bytes, str], Awaitable[tuple[int, dict[str, Any]]]]


def _answering(site: Site, devices: Devices, work: _Work) -> Callable[[Request], Awaitable[Response]]:
    """What answers a signed message with `work`, which raises RefusedError or StorageError."""

    async def answered(request: Request) -> Response:
        if media_type_of(request) != JOSE:
            return _wrong(devices, _NO_JOSE)
        try:
            return _json(*await work(await request.body(), site.address(request)))
        except RefusedError as refused:
            return _wrong(devices, refused)
        except StorageError:
            return _unavailable()

    return answered


_NO_JOSE: Final = RefusedError(400, "malformed", f"the body is {JOSE}", "update limen-agent")
_UNSIGNED: Final = RefusedError(401, "not_this_device", "a stream is asked for by a signed message")


async def _events(devices: Devices, stream: Stream) -> AsyncIterator[str]:
    """What there is to tell, until the agent leaves or another listener takes its place."""
    try:
        yield _event("hello", {"nonce": devices.nonces.new(devices.now())})
        while not stream.is_over:
            told = await stream.next(HEARTBEAT_SECONDS)
            if told is not None:
                yield _event(told.event, told.data)
            elif not stream.is_over:
                yield ": alive\n\n"
    finally:
        devices.streams.close(stream)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"


def _wrong(devices: Devices, refused: RefusedError) -> Response:
    said: dict[str, Any] = {"error": refused.error, "message": refused.what, "mend": refused.fix}
    if refused.error == "stale_nonce":
        said["nonce"] = devices.nonces.new(devices.now())
    if refused.error == "slow_down":
        said["retry_after"] = RETRY_AFTER_SECONDS
    return _json(refused.status, said)


def _unavailable() -> Response:
    said = {"error": "unavailable", "message": "Limen can't keep anything at this moment", "mend": "try again soon"}
    response = _json(503, said)
    response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response


def _json(status: int, said: dict[str, Any]) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(said), status, headers, "application/json")
