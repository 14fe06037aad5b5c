"""What can be reached and gone on from: each host that has a name, and of each zone whatever else is in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from limen.network.compiling import Places
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Network
from limen.network.packets.box import Interval


class Asset(NamedTuple):
    """`name` is the host's, or the zone's for all in it that has no name of its own."""

    name: str
    zone: str
    sensitivity: int

    @property
    def is_host(self) -> bool:
        return self.name != self.zone


class Assets:
    """All of a network. No address belongs to two.

    The rest of a zone is one asset: what reaches one of its addresses is taken to reach them all. Between named hosts
    and zones, which is all that network.yaml can say, that is exact.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.all: list[Asset] = []
        self.addresses: list[list[tuple[int, Interval]]] = []
        """By the number of an asset."""
        places = Places(network)
        for zone in network.zone_names:
            sensitivity = network.zone_of[zone].sensitivity if zone in network.zone_of else 0
            taken: list[tuple[int, Interval]] = []
            for host in network.hosts:
                if host.zone == zone:
                    own = [(family, interval) for _, family, interval in places.of(host.name)]
                    self._add(Asset(host.name, zone, sensitivity), own)
                    taken += own
            rest = list(_rest([(family, interval) for _, family, interval in places.of(zone)], taken))
            if rest:
                self._add(Asset(zone, zone, sensitivity), rest)
        self.numbers_in: dict[str, list[int]] = {}
        for number, asset in enumerate(self.all):
            self.numbers_in.setdefault(asset.zone, []).append(number)
        self._number_of_host = {one.name: number for number, one in enumerate(self.all) if one.is_host}
        self._numbers = {one: number for number, one in enumerate(self.all)}
        self._by_address = {
            family: sorted(
                (interval, number)
                for number, some in enumerate(self.addresses)
                for one, interval in some
                if one == family
            )
            for family in (4, 6)
        }
        self._ends = {family: [high for (_, high), _ in some] for family, some in self._by_address.items()}

    def named(self, name: str) -> list[int]:
        """The assets that a zone, a host, `inside` or `everything` stands for. A KeyError for any other name."""
        if name in {EVERYTHING, INSIDE}:
            return [at for at, one in enumerate(self.all) if name == EVERYTHING or one.zone != INTERNET]
        if name == INTERNET or name in self._network.zone_of:
            return self.numbers_in.get(name, [])
        return [self._number_of_host[name]]

    def number_of(self, asset: Asset) -> int:
        return self._numbers[asset]

    def named_in(self, name: str, zone: str) -> list[int]:
        """Of what a name stands for, that which is in this zone."""
        if name in self._number_of_host:
            number = self._number_of_host[name]
            return [number] if self.all[number].zone == zone else []
        is_there = name in {EVERYTHING, zone} or (name == INSIDE and zone != INTERNET)
        return self.numbers_in.get(zone, []) if is_there else []

    def at(self, family: int, interval: Interval) -> Iterator[tuple[int, Interval]]:
        """The assets that have some of these addresses, each with those that it has."""
        low, high = interval
        some = self._by_address[family]
        for place in range(bisect_left(self._ends[family], low), len(some)):
            (first, last), number = some[place]
            if first > high:
                return
            yield number, (max(first, low), min(last, high))

    def are_two(self, one: int, other: int) -> bool:
        """Whether something in the one can be another machine than something in the other: the rest of a zone may be
        many machines, of which one reaches the next.
        """
        return one != other or (not self.all[one].is_host and self._is_many(one))

    def _is_many(self, number: int) -> bool:
        return sum(high - low + 1 for _, (low, high) in self.addresses[number]) > 1

    def is_open_inside(self, zone: str) -> bool:
        """Whether nothing stands between the hosts of a zone."""
        return zone in self._network.zone_of and not self._network.zone_of[zone].is_isolated

    def _add(self, asset: Asset, addresses: list[tuple[int, Interval]]) -> None:
        self.all.append(asset)
        self.addresses.append(addresses)


def _rest(
    whole: Iterable[tuple[int, Interval]], taken: Iterable[tuple[int, Interval]]
) -> Iterator[tuple[int, Interval]]:
    """The addresses of a zone that no named host has."""
    all_taken = sorted(taken)
    for family, (low, high) in whole:
        start = low
        for other, (first, last) in all_taken:
            if other == family and start <= last and first <= high:
                if start < first:
                    yield family, (start, first - 1)
                start = max(start, last + 1)
        if start <= high:
            yield family, (start, high)
