"""What agents read of their devices' logs: each message signed by the device, and handed on to whoever watches."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from limen.devices.model import State
from limen.devices.nonces import Nonces
from limen.devices.projection import Projection
from limen.devices.reports import Reports
from limen.devices.wire import Kind, RefusedError, malformed, not_this_device
from limen.pillar import AgentLogs, Core, NotTakenError
from limen.rate_limit import RateLimit

PER_SECOND, AT_ONCE = 2.0, 30
"""How many messages with logs one device may send."""
MOST_LINES: Final = 1_000
MOST_PARTS: Final = 50


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Lines of one source: of a file, or records of the systemd journal, each as JSON."""

    source: Annotated[str, Meta(min_length=1, max_length=40)]
    lines: Annotated[tuple[str, ...], Meta(max_length=MOST_LINES)]
    journal: bool = False


_Parts = Annotated[tuple[_Part, ...], Meta(max_length=MOST_PARTS)]


class DeviceLogs:
    """Takes them. Used on the event loop."""

    def __init__(self, core: Core, reports: Reports, projection: Projection, nonces: Nonces) -> None:
        self._core = core
        self._reports = reports
        self._projection = projection
        self._nonces = nonces
        self._rate = RateLimit(PER_SECOND, AT_ONCE)

    def wanted(self, platform: str) -> list[dict[str, Any]]:
        """What the agent of a device of this platform is to read."""
        logs = self._core.offers.find(AgentLogs)
        return [] if logs is None else logs.wanted(platform)

    async def take(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that sends logs, when all of it is durable. Raises RefusedError."""
        message = self._reports.proved(compact, Kind.LOGS, self._rate)
        now = self._core.clock.now()
        self._nonces.judge(message.claims.get("nonce"), now)
        held = self._projection.held.get(message.device_id)
        if held is None or held.device.state not in {State.ACTIVE, State.QUARANTINED}:
            raise not_this_device()
        try:
            parts = msgspec.convert(message.claims.get("logs"), _Parts)
        except msgspec.ValidationError as error:
            raise malformed(f"its logs can't be read: {error}"[:200]) from None
        logs = self._core.offers.find(AgentLogs)
        if logs is None:
            raise RefusedError(403, "refused", "this Limen takes no logs", "ask whoever administers it")
        for part in parts:
            lines = [line.encode("utf-8", "backslashreplace") for line in part.lines]
            try:
                await logs.take(message.device_id, part.source, lines, address, is_journal=part.journal)
            except NotTakenError as error:
                raise RefusedError(503, "unavailable", error.what, error.fix) from None
        return {"nonce": self._nonces.new(now), "logs": self.wanted(held.device.platform.value)}
