"""How many rules a network becomes, counted without making them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from limen.network.compiling import Places
from limen.network.model import ANY_SERVICE, Network, Way


class Sizes:
    """How many rules a way becomes, without making them: names are counted once each."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._places = Places(network)
        self._families: dict[str, Counter[int]] = {}

    def of(self, way: Way) -> int:
        """Pairs of prefixes of one family, with each part of a service that this family has."""
        sources, destinations, parts = self._all(way.sources), self._all(way.destinations), self._parts(way)
        return sum(sources[family] * destinations[family] * parts[family] for family in (4, 6))

    def why_none(self, way: Way) -> tuple[str, str]:
        """Why a way becomes no rule, and what to do."""
        sources, destinations = self._all(way.sources), self._all(way.destinations)
        said = f"from {_said(sources)} to {_said(destinations)}"
        if not sources.keys() & destinations.keys():
            return f"no packet goes this way: it is {said}", "state addresses of one family for both"
        return f"no packet goes this way: no service of it is there {said}", "name another service"

    def _all(self, names: tuple[str, ...]) -> Counter[int]:
        return sum((self._one(name) for name in names), Counter[int]())

    def _one(self, name: str) -> Counter[int]:
        if name not in self._families:
            self._families[name] = Counter(family for _, family, _ in self._places.of(name))
        return self._families[name]

    def _parts(self, way: Way) -> Counter[int]:
        parts: Counter[int] = Counter()
        for name in way.services:
            some = ((4, 6),) if name == ANY_SERVICE else (one.families for one in self._network.service_of[name].parts)
            parts.update(family for families in some for family in families)
        return parts


def _said(families: Mapping[int, int]) -> str:
    return " and ".join(f"IPv{family}" for family in (4, 6) if families.get(family)) or "no address"
