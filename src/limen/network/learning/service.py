"""Learning while Limen runs: firewalls tell of new connections, which are counted and written down now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from limen.clock import DAY, Instant
from limen.network.learning import store
from limen.network.learning.counting import Counts
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.from_firewalls import Begun, flow_of, refused_flow_of
from limen.network.learning.refusals import REFUSED_FOR, Refusal, refusals
from limen.network.model import Network
from limen.network.zones_by_address import ZonesByAddress
from limen.pillar import Figure

if TYPE_CHECKING:
    from limen.pillar import Core


Whose: TypeAlias = Callable[[int, int, Instant], tuple[str, str]]
"""`(family, address, when)` → the ids of who had it then, and of their device; "" for what is not known."""


def nobody_knows(_family: int, _address: int, _at: Instant) -> tuple[str, str]:
    return "", ""


class Learning:
    """What is counted but not yet written is lost when the process ends: half a minute of it at most."""

    def __init__(self, core: Core, whose: Whose = nobody_knows) -> None:
        self._core = core
        self._whose = whose
        self._network = Network(())
        self._counts = Counts(ZonesByAddress(self._network))
        self.no_room = 0
        """Connections and rows that found no room since the start."""

    def take(self, flows: Iterable[ObservedFlow]) -> None:
        """Count what a firewall tells of. Not counted before the network has a zone: nothing could be said of it."""
        network = self._core.known.rules_of(Network) or self._network
        if network is not self._network:
            self._network, self._counts.places = network, ZonesByAddress(network)
        if network.zones:
            self._counts.take(self._known(one) for one in flows)

    def told(self, begun: Iterable[Begun]) -> None:
        """`take` of what a firewall that follows Limen tells."""
        now = self._core.clock.now()
        self.take(flow for one in begun if (flow := flow_of(one, now)) is not None)

    def refused(self, begun: Iterable[Begun]) -> None:
        """`take` of what a firewall that follows Limen did not let through."""
        now = self._core.clock.now()
        self.take(flow for one in begun if (flow := refused_flow_of(one, now)) is not None)

    async def refused_to(self, person_id: str) -> list[Refusal]:
        """Which connections of somebody's devices were refused within a day, the newest first."""
        since, network = self._core.clock.now() - REFUSED_FOR, self._core.known.rules_of(Network) or Network(())
        kept = await self._core.database.reading(lambda s: store.refused_to(s.connection, person_id, since))
        here = {one: tally for one, tally in self._counts.tallies.items() if one.person_id == person_id}
        return refusals(network, (*kept.items(), *here.items()), since)

    def figures(self) -> Iterator[Figure]:
        yield Figure(
            "limen_observed_flows_no_room_total", "Connections that found no room among those observed", self.no_room
        )

    async def keep(self) -> None:
        """Write down what was counted. Where that fails it is counted on, and written at the next turn."""
        counts, self._counts = self._counts, Counts(self._counts.places)
        self.no_room += sum(counts.beyond.values())
        if not counts.tallies:
            return
        try:
            self.no_room += await self._core.database.writing(lambda t: store.keep(t.connection, counts.tallies))
        except Exception:
            counts.add(self._counts)
            self._counts = counts
            raise

    async def forget(self) -> None:
        """Drop what is older than it may be kept."""
        before = self._core.clock.now() - store.KEPT_DAYS * DAY
        await self._core.database.writing(lambda t: store.forget(t.connection, before))

    def _known(self, flow: ObservedFlow) -> ObservedFlow:
        if flow.person_id or flow.device_id:
            return flow
        person_id, device_id = self._whose(flow.family, flow.source, flow.at)
        return replace(flow, person_id=person_id, device_id=device_id) if person_id or device_id else flow
