"""Whose hosts nothing keeps apart any more after a change.

No rule speaks of what is within a zone that is not isolated, so a comparison of rules does not find it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from limen.network.compiling import Places
from limen.network.model import INTERNET, Network
from limen.network.packets.box import Interval


class Opened(NamedTuple):
    """`were`: the zones, by their names now, that its addresses were in before; the internet stands for all that were
    in none. Where it is one, that was isolated.
    """

    zone: str
    were: tuple[str, ...]


def opened_zones(before: Network, after: Network, renamed: Mapping[str, str]) -> Iterator[Opened]:
    """`renamed`: new names of zones by their old ones."""
    were_isolated = {renamed.get(one.name, one.name) for one in before.zones if one.is_isolated}
    homes, places = _Homes(before, renamed), Places(after)
    for zone in after.zones:
        if zone.is_isolated:
            continue
        were = {name for _, family, interval in places.of(zone.name) for name in homes.of(family, interval)}
        if len(were) > 1 or were & were_isolated:
            yield Opened(zone.name, tuple(sorted(were)))


class _Homes:
    """In which zone each address was."""

    def __init__(self, network: Network, renamed: Mapping[str, str]) -> None:
        places = Places(network)
        self._places = {
            wanted: sorted(
                (interval, renamed.get(zone, zone))
                for zone in (*(one.name for one in network.zones), INTERNET)
                for _, family, interval in places.of(zone)
                if family == wanted
            )
            for wanted in (4, 6)
        }
        self._ends = {family: [high for (_, high), _ in some] for family, some in self._places.items()}

    def of(self, family: int, interval: Interval) -> Iterator[str]:
        some = self._places[family]
        for place in range(bisect_left(self._ends[family], interval[0]), len(some)):
            (low, _), zone = some[place]
            if low > interval[1]:
                return
            yield zone
