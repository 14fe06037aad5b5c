"""A network as rules: blocks first, then flows, each name as the zones and addresses that it stands for.

A packet whose source does not belong to the zone it came from fits no rule, so a forged one is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TypeAlias

from limen.network.model import ANY_SERVICE, EVERYTHING, INSIDE, INTERNET, Network, Ports, Prefix, Way
from limen.network.packets.box import LAST_ADDRESS, Box, Interval
from limen.network.packets.ruleset import Rule, Ruleset

Place: TypeAlias = tuple[str, int, Interval]
"""A zone, an address family, and addresses that belong to it."""


def compiled(network: Network, today: str) -> Ruleset:
    """What is let through on this day (ISO 8601) and what is not. Flows that expired are not there.

    Between zones on trial everything is let through: by a flow where one fits and no block does, else by the trial.
    """
    places = Places(network)
    trials = {pair: one.id for one in network.trials if today < one.until for pair in one.pairs}
    rules = [
        Rule(id_, allows, from_zone, to_zone, box)
        if allows or (from_zone, to_zone) not in trials
        else Rule(trials[from_zone, to_zone], True, from_zone, to_zone, box, is_trial=True)
        for id_, allows, way in _ways(network, today)
        for from_zone, to_zone, box in places.boxes(way)
    ]
    rules += [
        Rule(id_, True, from_zone, to_zone, box, is_trial=True)
        for pair, id_ in trials.items()
        for from_zone, to_zone, box in places.boxes(Way((pair[0],), (pair[1],), (ANY_SERVICE,)))
    ]
    return Ruleset(network.zone_names, tuple(rules))


def _ways(network: Network, today: str) -> Iterator[tuple[str, bool, Way]]:
    yield from ((one.id, False, one.way) for one in network.blocks)
    yield from ((one.id, True, one.way) for one in network.flows if not one.expires or today < one.expires)


class Places:
    """What the names of a network stand for."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._of_zone = {one.name: list(_intervals(one.prefixes)) for one in network.zones}
        self._of_zone[INTERNET] = list(_outside(self._of_zone.values()))

    def of(self, name: str) -> list[Place]:
        """The addresses that a zone, a host, `inside` or `everything` stands for. A KeyError for any other name."""
        if name == EVERYTHING:
            return [place for zone in self._network.zone_names for place in self.of(zone)]
        if name == INSIDE:
            return [place for zone in self._network.zones for place in self.of(zone.name)]
        if name in self._of_zone:
            return [(name, family, interval) for family, interval in self._of_zone[name]]
        host = self._network.host_of[name]
        return [(host.zone, family, interval) for family, interval in _intervals(host.addresses)]

    def boxes(self, way: Way) -> Iterator[tuple[str, str, Box]]:
        """Each pair of zones, with packets between them that go this way. Families don't mix."""
        sources = [place for name in way.sources for place in self.of(name)]
        destinations = [place for name in way.destinations for place in self.of(name)]
        parts = [part for name in way.services for part in self._parts(name)]
        for (from_zone, family, source), (to_zone, other, destination) in product(sources, destinations):
            if family == other and not self._is_at_home(from_zone, to_zone):
                for part in parts:
                    if family in part.families:
                        yield from_zone, to_zone, Box(family, source, destination, part.protocol, part.ports)

    def _parts(self, name: str) -> tuple[Ports, ...]:
        return (Ports(),) if name == ANY_SERVICE else self._network.service_of[name].parts

    @staticmethod
    def _is_at_home(from_zone: str, to_zone: str) -> bool:
        """Nothing guards the way from the internet to itself."""
        return from_zone == to_zone == INTERNET


def _intervals(prefixes: Iterable[Prefix]) -> Iterator[tuple[int, Interval]]:
    for prefix in prefixes:
        yield prefix.version, (int(prefix.network_address), int(prefix.broadcast_address))


def _outside(taken: Iterable[list[tuple[int, Interval]]]) -> Iterator[tuple[int, Interval]]:
    """Every address that none of these holds."""
    all_taken = [one for some in taken for one in some]
    for family, last in LAST_ADDRESS.items():
        start = 0
        for low, high in sorted(interval for one, interval in all_taken if one == family):
            if start < low:
                yield family, (start, low - 1)
            start = max(start, high + 1)
        if start <= last:
            yield family, (start, last)
