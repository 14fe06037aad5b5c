"""Who gets where from machine to machine, by trying: each address is one, and no two are taken together.

An oracle for proofs about hops, which shares nothing with them but what single packets are let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple

from limen.network.compiling import compiled
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Network, Never
from limen.network.packets import Packet

TRIED: Final = ((6, 443), (6, 22), (1, 8), (17, 1))
"""A packet of each service, and one of none."""
_BY_NAME: Final = {"https": TRIED[:1], "ssh": TRIED[1:2], "ping": TRIED[2:3], "any": TRIED}
_ABROAD: Final = (1, 0xF000_0000)
"""Addresses that no zone has."""


class Machine(NamedTuple):
    zone: str
    address: int


class Machines:
    """All of a network of small zones of IPv4."""

    def __init__(self, network: Network, today: str) -> None:
        self.network = network
        self.all = [
            Machine(zone.name, int(address))
            for zone in network.zones
            for prefix in zone.prefixes
            for address in prefix  # the first and the last as well
        ]
        self.all += [Machine(INTERNET, address) for address in _ABROAD]
        ruleset = compiled(network, today)
        self._passes = {
            (one, other, service)
            for one, other, service in product(self.all, self.all, TRIED)
            if ruleset.allows(Packet(one.zone, other.zone, 4, one.address, other.address, *service))
        }

    def is_possible(self, never: Never) -> bool:
        return any(
            self._gets_there(source, destination, never)
            for source, destination in product(never.way.sources, never.way.destinations)
        )

    def _gets_there(self, source: str, destination: str, never: Never) -> bool:
        services = [one for name in never.way.services for one in _BY_NAME[name]]
        hosts, zones = self.network.host_of, self.network.zone_of
        is_within_meant = source in hosts or destination in hosts or (source == destination and source in zones)
        for start in self._named(source):
            stands = self._stands(start) if never.hops else {start}
            for end in self._named(destination):
                if start.zone == end.zone and not is_within_meant:
                    continue
                if start == end:  # nothing is kept from itself, but a rule that lets it through is told
                    is_told = not (source == destination and source in hosts) and not self._is_open(start, end)
                    if is_told and self._is_let(start, end, services):
                        return True
                    continue
                if any(self._is_open(at, end) or self._is_let(at, end, services) for at in stands - {end}):
                    return True
        return False

    def _stands(self, start: Machine) -> set[Machine]:
        """Where somebody gets who goes on from wherever they get by more than an echo."""
        reached = {start}
        while True:
            further = {other for one in reached for other in self.all if self._goes_on(one, other)} - reached
            if not further:
                return reached
            reached |= further
            if any(one.zone == INTERNET for one in further):
                reached |= {one for one in self.all if one.zone == INTERNET}

    def _goes_on(self, one: Machine, other: Machine) -> bool:
        return self._is_open(one, other) or self._is_let(one, other, [by for by in TRIED if by[0] != 1])

    def _is_open(self, one: Machine, other: Machine) -> bool:
        zone = self.network.zone_of.get(one.zone)
        return zone is not None and not zone.is_isolated and one.zone == other.zone

    def _is_let(self, one: Machine, other: Machine, services: Iterable[tuple[int, int]]) -> bool:
        return any((one, other, by) in self._passes for by in services)

    def _named(self, name: str) -> Iterator[Machine]:
        host = self.network.host_of.get(name)
        for one in self.all:
            is_in = name in {EVERYTHING, one.zone} or (name == INSIDE and one.zone != INTERNET)
            if is_in or (host is not None and one.address == int(host.addresses[0].network_address)):
                yield one
