"""Where sensors send what they found on devices, and where people end what was an error or ask for a device's wipe.

No cookie and no session counts for a sensor: each message is signed with its secret, or brings it. It is answered in
JSON.
"""

from __future__ import annotations

from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.service import Devices
from limen.devices.signals.service import Signals
from limen.devices.states import UnknownDeviceError
from limen.devices.wire import RefusedError
from limen.storage.errors import StorageError
from limen.web.console.people import helping, reason_of
from limen.web.devices.fleet import AT
from limen.web.devices.push import answer
from limen.web.page import Route
from limen.web.permissions import CHANGE, HELP
from limen.web.requests import media_type_of
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

RETRY_AFTER_SECONDS: Final = 5
_JSON: Final = frozenset({"application/json", "application/x-ndjson", "application/cloudevents+json"})
PAGES: Final = (
    Route("POST", "/signals/{source}", undecided="sensors send here; each message proves whose it is"),
    Route("POST", f"{AT}/{{device_id}}/signals/{{signal_id}}/end", HELP, does="End a signal about a device"),
    Route("POST", f"{AT}/{{device_id}}/signals/{{signal_id}}/reopen", HELP, does="Let a signal count again"),
    Route("POST", f"{AT}/{{device_id}}/wipe", CHANGE, does="Ask the management of devices to wipe a device"),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    devices, signals = site.ports.offers.take(Devices), site.ports.offers.take(Signals)
    _take(router, site, signals)
    _change(router, site, devices, signals)
    _wipe(router, site, devices)
    return router


def _take(router: APIRouter, site: Site, signals: Signals) -> None:
    @router.post("/signals/{source}")
    async def take(source: str, request: Request) -> Response:
        kind = media_type_of(request)
        if kind not in _JSON:
            return _refused(RefusedError(415, "malformed", "the body is JSON"))
        try:
            taken = await signals.take(source, request.headers, await request.body(), site.address(request))
        except RefusedError as refused:
            return _refused(refused)
        except StorageError:
            return _refused(RefusedError(503, "unavailable", "Limen can't keep anything at this moment"))
        return answer(200, msgspec.to_builtins(taken))


def _change(router: APIRouter, site: Site, devices: Devices, signals: Signals) -> None:
    async def changing(request: Request, visit: Authorized, device_id: str, signal_id: str) -> str:
        """Who may change a signal about this device. Raises HTTPException where there is none."""
        if all(one.id != signal_id for one in signals.of(device_id)):
            raise HTTPException(404)
        helper = await helping(site, request, visit, devices.device(device_id).owner_id)
        return helper.person.id

    @router.post(f"{AT}/{{device_id}}/signals/{{signal_id}}/end")
    async def end(request: Request, device_id: str, signal_id: str, visit: Authorized, _sent: Sent) -> Response:
        by = await changing(request, visit, device_id, signal_id)
        await signals.end(signal_id, by=by)
        return site.go(visit, f"{AT}/{device_id}", done="signal-ended")

    @router.post(f"{AT}/{{device_id}}/signals/{{signal_id}}/reopen")
    async def reopen(request: Request, device_id: str, signal_id: str, visit: Authorized, _sent: Sent) -> Response:
        by = await changing(request, visit, device_id, signal_id)
        await signals.reopen(signal_id, by=by)
        return site.go(visit, f"{AT}/{device_id}", done="signal-reopened")


def _wipe(router: APIRouter, site: Site, devices: Devices) -> None:
    @router.post(f"{AT}/{{device_id}}/wipe")
    async def wipe(request: Request, device_id: str, visit: Authorized, sent: Sent) -> Response:
        try:
            device = devices.device(device_id)
        except UnknownDeviceError:
            raise HTTPException(404) from None
        helper = await helping(site, request, visit, device.owner_id)
        await devices.wipe(device.id, by=helper.person.id, why=reason_of(helper, sent))
        return site.go(visit, f"{AT}/{device_id}", done="wipe")


def _refused(refused: RefusedError) -> Response:
    """As agents are told."""
    response = answer(refused.status, {"error": refused.error, "message": refused.what, "mend": refused.fix})
    if refused.status in {429, 503}:
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return response
