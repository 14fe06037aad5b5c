"""What is wrong with a network as a whole, though nothing is with its parts: what lets nothing through, what would be
too much to prove, and what is possible though it must never be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from limen.network.broken import broken_nevers
from limen.network.compiling import Places
from limen.network.model import ANY_SERVICE, INTERNET, Network, Way

MOST_RULES: Final = 100_000
"""So many rules, each of one pair of addresses, are still proved; what names everything for everything is more."""


def whole_complaints(network: Network) -> Iterator[tuple[str, str, str]]:
    """All of it: the id of the flow, block or statement that it is about, what is wrong, and what to do."""
    sizes = _Sizes(network)
    every = {id_: sizes.of(way) for id_, way in _stated(network)}
    if sum(every.values()) > MOST_RULES:
        widest = max(every, key=lambda one: every[one])
        what = f"all together become {sum(every.values())} rules, {every[widest]} of them by this"
        yield widest, f"{what}; {MOST_RULES} is the most", "name zones instead of everything, and wider prefixes"
        return
    empty = list(_empty(network, sizes, every))
    yield from empty or broken_nevers(network)


def _empty(network: Network, sizes: _Sizes, every: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    for id_, way in _stated(network):
        if set(way.sources) == set(way.destinations) == {INTERNET}:
            yield id_, "from the internet to the internet nothing passes the firewall", "remove it"
        elif not every[id_]:
            yield id_, *sizes.why_none(way)


def _stated(network: Network) -> Iterator[tuple[str, Way]]:
    yield from ((one.id, one.way) for one in network.flows)
    yield from ((one.id, one.way) for one in network.blocks)
    yield from ((one.id, one.way) for one in network.nevers if not one.is_built_in)
    yield from ((one.id, one.way) for one in network.trials)


class _Sizes:
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
