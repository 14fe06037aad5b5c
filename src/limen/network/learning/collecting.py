"""NetFlow and IPFIX as they come in, by UDP, from the exporters that were named."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from limen.clock import SECOND, Clock, Milliseconds
from limen.network.learning.biflows import Biflows
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.formats.netflow import DatagramError, Exporters

LARGEST: Final = 65_535
PAUSE_SECONDS: Final = 1.0
"""How often the clock is looked at while nothing comes."""


@dataclass(slots=True)
class Collector:
    """Counts what it took, and what it did not: `foreign` datagrams came from an address that nobody named."""

    exporters: Exporters = field(default_factory=Exporters)
    taken: int = 0
    unread: int = 0
    foreign: int = 0

    def flows(
        self, bound: socket.socket, senders: Collection[str], clock: Clock, length: Milliseconds
    ) -> Iterator[ObservedFlow | None]:
        """Connections that exporters tell of, for so long; None now and then, so that whoever counts can keep them."""
        biflows, end = Biflows(), clock.monotonic() + length / SECOND
        bound.settimeout(PAUSE_SECONDS)
        while clock.monotonic() < end:
            try:
                datagram, (sender, *_) = bound.recvfrom(LARGEST)
            except TimeoutError:
                yield None
                continue
            if sender not in senders:
                self.foreign += 1
                continue
            yield from self._of(datagram, sender, biflows)
        yield from biflows.rest()

    def _of(self, datagram: bytes, sender: str, biflows: Biflows) -> Iterator[ObservedFlow]:
        try:
            found = self.exporters.take(datagram, sender)
        except DatagramError:
            self.unread += 1
            return
        self.taken += 1
        for uniflow in found:
            yield from biflows.take(uniflow)
