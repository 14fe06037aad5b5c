"""Which of what is let through must not be: a statement held against each piece, and not against pairs of addresses.

A statement may be about a million pairs of addresses, of which most have nothing to do with each other; what is let
through is as much as there are flows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from limen.network.compiling import Places
from limen.network.model import ANY_SERVICE, EVERYTHING, INSIDE, Network, Ports, Way
from limen.network.packets.box import Interval
from limen.network.packets.regions import Piece
from limen.network.packets.spans import Span


class Forbidden:
    """`is_kept_apart`: whether two names are meant where both stand for something in one zone, this one."""

    def __init__(
        self,
        network: Network,
        places: Places,
        ways: tuple[Sequence[str], Sequence[str]],
        parts: Sequence[Ports],
        is_kept_apart: Callable[[str, str, str], bool],
    ) -> None:
        self._places, self._parts, self._is_kept_apart = places, parts, is_kept_apart
        self._hosts = network.host_of
        self._names = ways
        self._sources, self._destinations = (_Side(places, names) for names in ways)
        self._by_name: dict[str, _Side] = {}
        self._within: dict[str, list[tuple[_Side, _Side]]] = {}

    @classmethod
    def by(
        cls, network: Network, places: Places, way: Way, is_kept_apart: Callable[[str, str, str], bool]
    ) -> Forbidden:
        """What a statement forbids by this way."""
        parts = [part for name in way.services for part in parts_of(network, name)]
        return cls(network, places, (way.sources, way.destinations), parts, is_kept_apart)

    def of(self, piece: Piece, zones: Sequence[str]) -> Span | None:
        """Some packets of a piece that must not be; None: none of them. `zones`: the names of their numbers."""
        span = piece.span
        service = next((found for part in self._parts if (found := of_service(span, part))), None)
        if service is None:
            return None
        for one, other in product(range(span[0], span[1] + 1), range(span[2], span[3] + 1)):
            for sources, destinations in self._sides(zones[one], zones[other]):
                source = sources.common(zones[one], span[4], (span[6], span[7]))
                destination = destinations.common(zones[other], span[4], (span[8], span[9]))
                if source and destination:
                    return (one, one, other, other, *service[4:6], *source, *destination, *service[10:])
        return None

    def _sides(self, from_zone: str, to_zone: str) -> Iterable[tuple[_Side, _Side]]:
        if from_zone != to_zone:
            return ((self._sources, self._destinations),)
        if from_zone not in self._within:
            self._within[from_zone] = list(self._kept_apart(from_zone))
        return self._within[from_zone]

    def _kept_apart(self, zone: str) -> Iterator[tuple[_Side, _Side]]:
        here = [[name for name in names if self._is_in(name, zone)] for names in self._names]
        for one, other in product(*here):
            if self._is_kept_apart(one, other, zone):
                yield self._side(one), self._side(other)

    def _is_in(self, name: str, zone: str) -> bool:
        return name in {zone, INSIDE, EVERYTHING} or (name in self._hosts and self._hosts[name].zone == zone)

    def _side(self, name: str) -> _Side:
        if name not in self._by_name:
            self._by_name[name] = _Side(self._places, (name,))
        return self._by_name[name]


class _Side:
    """All addresses that some names stand for, by zone and family."""

    def __init__(self, places: Places, names: Iterable[str]) -> None:
        self._intervals: dict[tuple[str, int], list[Interval]] = {}
        for name in names:
            for zone, family, interval in places.of(name):
                self._intervals.setdefault((zone, family), []).append(interval)
        for intervals in self._intervals.values():
            intervals.sort()
        self._ends = {key: _highest_so_far(some) for key, some in self._intervals.items()}

    def common(self, zone: str, family: int, interval: Interval) -> Interval | None:
        """Those of these addresses that it has, or some of them."""
        some = self._intervals.get((zone, family))
        if not some:
            return None
        place = bisect_left(self._ends[zone, family], interval[0])
        if place == len(some) or some[place][0] > interval[1]:
            return None
        return max(some[place][0], interval[0]), min(some[place][1], interval[1])


def _highest_so_far(intervals: Sequence[Interval]) -> list[int]:
    highest, found = -1, []
    for _, high in intervals:
        highest = max(highest, high)
        found.append(highest)
    return found


def parts_of(network: Network, service: str) -> tuple[Ports, ...]:
    return (Ports(),) if service == ANY_SERVICE else network.service_of[service].parts


def of_service(span: Span, part: Ports) -> Span | None:
    """The packets of a span that are of a service."""
    protocol = max(span[10], part.protocol[0]), min(span[11], part.protocol[1])
    port = max(span[12], part.ports[0]), min(span[13], part.ports[1])
    if span[4] not in part.families or protocol[0] > protocol[1] or port[0] > port[1]:
        return None
    return (*span[:10], *protocol, *port, *span[14:])
