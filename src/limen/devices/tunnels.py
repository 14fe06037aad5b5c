"""Tunnels that agents ask for: each message signed by the device, and handed on to the network."""

from __future__ import annotations

import re
from typing import Any, Final

from limen.devices.model import State
from limen.devices.nonces import Nonces
from limen.devices.projection import Projection
from limen.devices.reports import Reports
from limen.devices.wire import Kind, RefusedError, malformed, not_this_device, text
from limen.pillar import Core, DeviceTunnels, TunnelRefusedError
from limen.rate_limit import RateLimit
from limen.storage.errors import StorageError

PER_SECOND, AT_ONCE = 2.0, 30
"""How often one device may say that it wants its tunnel."""
_APP: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


class TunnelsAsked:
    """Used on the event loop."""

    def __init__(self, core: Core, reports: Reports, projection: Projection, nonces: Nonces) -> None:
        self._core = core
        self._reports = reports
        self._projection = projection
        self._nonces = nonces
        self._rate = RateLimit(PER_SECOND, AT_ONCE)

    async def take(self, compact: bytes) -> dict[str, Any]:
        """Answer an agent that wants a tunnel, still wants it, or wants it no longer. Raises RefusedError."""
        message = self._reports.proved(compact, Kind.TUNNEL, self._rate)
        now = self._core.clock.now()
        self._nonces.judge(message.claims.get("nonce"), now)
        held = self._projection.held.get(message.device_id)
        if held is None or held.device.state is not State.ACTIVE:
            raise not_this_device()
        owner = self._core.known.people.get(held.device.owner_id)
        if owner is None or not owner.active:
            self.end(message.device_id)
            raise RefusedError(403, "refused", "its owner has no access any more", "ask whoever administers Limen")
        app, key = text(message.claims, "app", 40), text(message.claims, "key", 44)
        if not _APP.fullmatch(app):
            raise malformed("app is not an app's ID")
        tunnels = self._core.offers.find(DeviceTunnels)
        if tunnels is None:
            raise RefusedError(403, "refused", "this Limen has no tunnels", "ask whoever administers it")
        nonce = {"nonce": self._nonces.new(now)}
        if message.claims.get("leave") is True:
            tunnels.leave(message.device_id)
            return nonce
        try:
            return {**await tunnels.keep(message.device_id, key, app), **nonce}
        except TunnelRefusedError as error:
            raise RefusedError(403, "refused", error.what, error.fix) from None
        except StorageError as error:
            raise RefusedError(503, "unavailable", error.what, error.fix) from None

    def end(self, device_id: str) -> None:
        """It is not to connect any more."""
        tunnels = self._core.offers.find(DeviceTunnels)
        if tunnels is not None:
            tunnels.leave(device_id)
