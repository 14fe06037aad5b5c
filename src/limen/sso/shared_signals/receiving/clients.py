"""One client for each transmitter that is declared, kept as long as it is declared so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from limen.clock import Clock
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.receiving.transmitter_client import TransmitterClient
from limen.sso.upstream.fetching import Fetching

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver


class TransmitterClients:
    """What calls transmitters. `resolver` finds addresses, none that is forbidden."""

    def __init__(self, resolver: Callable[[], AbstractResolver], clock: Clock) -> None:
        self._resolver = resolver
        self._clock = clock
        self._of: dict[tuple[str, str], TransmitterClient] = {}

    def of(self, transmitter: SignalTransmitter) -> TransmitterClient:
        key = (transmitter.issuer, transmitter.keys)
        found = self._of.get(key)
        if found is None:
            fetching = Fetching(transmitter.issuer, self._resolver)
            found = self._of[key] = TransmitterClient(transmitter, fetching, self._clock)
        return found

    async def close(self) -> None:
        for one in self._of.values():
            await one.close()
