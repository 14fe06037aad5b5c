"""Where logs are sent over HTTP: JSON lines at `/logs`, and the event collector that many products know from Splunk.

Each request brings the token of its sender; no cookie and no session counts here. It is answered when all of it is
durable. Where it can't be kept the answer is 503, and the sender sends it again.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.monitor.sources import hec
from limen.monitor.sources.hec import HEALTHY, MOST_BYTES, SUCCESS, HecError
from limen.monitor.sources.service import LogSources, NotASenderError
from limen.monitor.sources.store import Sender
from limen.pillar import NotTakenError
from limen.web.devices.push import answer
from limen.web.page import Route
from limen.web.site import Site

RETRY_AFTER_SECONDS: Final = 5
AT_ONCE: Final = 8
"""Requests whose bodies are read at once; others wait."""
SMALL: Final = 32 << 10
"""Bodies up to this size are read at once, without another thread."""
_COLLECTOR: Final = "/services/collector"
_EVENTS: Final = (_COLLECTOR, f"{_COLLECTOR}/event", f"{_COLLECTOR}/event/1.0")
_RAW: Final = (f"{_COLLECTOR}/raw", f"{_COLLECTOR}/raw/1.0")
_HEALTH: Final = (f"{_COLLECTOR}/health", f"{_COLLECTOR}/health/1.0")
_ACK: Final = f"{_COLLECTOR}/ack"
LINES: Final = "/logs"
_BY_SENDERS: Final = "programs send logs here, each under its sender's own token"
PAGES: Final = (
    *(
        Route("POST", path, undecided=_BY_SENDERS, by_programs=True, max_body_bytes=MOST_BYTES)
        for path in (*_EVENTS, *_RAW, _ACK, LINES)
    ),
    *(Route("GET", path, undecided=_BY_SENDERS, by_programs=True, media_type="application/json") for path in _HEALTH),
)

_log: Final = logging.getLogger(__name__)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    intake = _Intake(site)
    for path in _EVENTS:
        router.add_api_route(path, intake.answering(hec.events_of), methods=["POST"])
    for path in (*_RAW, LINES):
        router.add_api_route(path, intake.answering(_lines_of), methods=["POST"])
    for path in _HEALTH:
        router.add_api_route(path, intake.health, methods=["GET"])
    router.add_api_route(_ACK, intake.acknowledged, methods=["POST"])
    return router


class _Intake:
    """What takes logs. Acknowledgements are numbered on from the time of the start, so that none comes twice."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sources = site.ports.offers.take(LogSources)
        self._reading = asyncio.Semaphore(AT_ONCE)
        self._numbers = itertools.count(time.time_ns() // 1_000_000)
        self._last = 0

    def answering(self, records_of: Callable[[bytes], list[bytes]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            try:
                await self._take(request, records_of)
            except HecError as wrong:
                return _refused(wrong)
            except NotTakenError as wrong:
                _log.warning("logs could not be taken: %s", wrong.what)
                return _refused(hec.busy())
            if "x-splunk-request-channel" not in request.headers:
                return answer(200, SUCCESS)
            self._last = next(self._numbers)
            return answer(200, {**SUCCESS, "ackId": self._last})

        return answered

    async def health(self, _request: Request) -> Response:
        """Whether logs are taken at this moment."""
        return answer(200, HEALTHY) if self._sources.is_taking else _refused(hec.unhealthy())

    async def acknowledged(self, request: Request) -> Response:
        """Which of what was answered is durable: all of it, since nothing is answered before."""
        try:
            self._sender(request)
            if "x-splunk-request-channel" not in request.headers:
                raise hec.no_channel()
            asked = msgspec.json.decode(await request.body(), type=_Asked)
        except HecError as wrong:
            return _refused(wrong)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _refused(hec.invalid_format())
        return answer(200, {"acks": {str(one): 0 < one <= self._last for one in asked.acks}})

    # Inside

    async def _take(self, request: Request, records_of: Callable[[bytes], list[bytes]]) -> None:
        sender = self._sender(request)
        encoding = request.headers.get("content-encoding", "").strip().casefold()
        async with self._reading:
            body = await request.body()
            if not body:
                raise hec.no_data()

            def read() -> list[bytes]:
                return records_of(hec.unpacked(body, encoding))

            records = read() if len(body) <= SMALL and not encoding else await self._site.in_thread(read)
        await self._sources.take(sender, records, self._site.address(request))

    def _sender(self, request: Request) -> Sender:
        token = hec.token_of(request.headers.get("authorization", ""))
        try:
            return self._sources.sender(token, self._site.address(request))
        except NotASenderError:
            raise hec.invalid_token() from None


class _Asked(msgspec.Struct, frozen=True):
    acks: list[int]


def _lines_of(body: bytes) -> list[bytes]:
    """What stands on each line, whatever it is."""
    found = [line for written in body.split(b"\n") if (line := written.strip())]
    if not found:
        raise hec.no_data()
    if len(found) > hec.MOST_EVENTS:
        raise HecError(413, 6, "Invalid data format", hec.MOST_EVENTS)
    return found


def _refused(wrong: HecError) -> Response:
    response = answer(wrong.status, wrong.answer)
    if wrong.status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response
