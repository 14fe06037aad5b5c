"""Few flows for many contacts: whole zones and lists of hosts in place of pairs, as long as little more is let through.

How much more is the *slack* of a flow: pairs of a source and a destination that it lets through and nobody used, for
each pair that was used. It counts what was seen of each zone: an address that nobody has is no risk and no slack.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeAlias

_BOTH: Final = frozenset({4, 6})

Pair: TypeAlias = tuple[str, str]
"""The names of a source and a destination."""
LEAST_OF_ZONE: Final = 3
"""A whole zone stands in place of this many of its hosts at least; a list of two names says more."""
MOST_BLOCKS: Final = 60
"""Blocks of one service between two zones that are tried with one another; of more, only whole zones are tried."""


@dataclass(frozen=True, slots=True)
class Block:
    """From each of these to each of those: `admitted` pairs, `used` of which were seen."""

    sources: frozenset[str]
    destinations: frozenset[str]
    used: frozenset[Pair]
    admitted: int
    is_whole_source: bool = False
    is_whole_destination: bool = False

    @property
    def slack(self) -> float:
        return (self.admitted - len(self.used)) / len(self.used)

    @property
    def written(self) -> int:
        """How many names it takes to write it."""
        sources = 1 if self.is_whole_source else len(self.sources)
        return sources + (1 if self.is_whole_destination else len(self.destinations))


@dataclass(frozen=True, slots=True)
class Zones:
    """All that was seen or is stated in the two zones of a pair, and the families of which each has addresses (both,
    where nothing is said): families don't mix.
    """

    sources: frozenset[str]
    destinations: frozenset[str]
    families: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def admitted(self, sources: Collection[str], destinations: Collection[str]) -> int:
        """How many pairs of these could talk at all."""
        here, there = (Counter(self.families.get(one, _BOTH) for one in some) for some in (sources, destinations))
        met = sum(here[one] * there[other] for one, other in product(here, there) if one & other)
        return met - len(set(sources) & set(destinations))


def covered(
    used: Iterable[Pair], zones: Zones, most_slack: float, may: Callable[[Block], bool] = lambda _: True
) -> list[Block]:
    """Blocks that hold every pair, each with at most this slack; `may` says no to one that must not be."""
    blocks = [_widened(one, zones, most_slack, may) for one in _exact(used)]
    while len(blocks) <= MOST_BLOCKS:
        best = _best_union(blocks, zones, most_slack, may)
        if best is None:
            break
        place, other, joined = best
        blocks = [one for number, one in enumerate(blocks) if number not in {place, other}] + [joined]
    return sorted(blocks, key=lambda one: (-len(one.used), sorted(one.sources), sorted(one.destinations)))


def _exact(used: Iterable[Pair]) -> list[Block]:
    """Destinations that the same sources use, together: nothing more is let through."""
    sources: dict[str, set[str]] = defaultdict(set)
    for source, destination in used:
        sources[destination].add(source)
    together: dict[frozenset[str], set[str]] = defaultdict(set)
    for destination, its in sources.items():
        together[frozenset(its)].add(destination)
    return [_block(its, destinations) for its, destinations in together.items()]


def _block(sources: Collection[str], destinations: Collection[str]) -> Block:
    used = frozenset(pair for pair in product(sources, destinations) if pair[0] != pair[1])
    return Block(frozenset(sources), frozenset(destinations), used, len(used))


def _widened(block: Block, zones: Zones, most_slack: float, may: Callable[[Block], bool]) -> Block:
    """The same for whole zones, where that is shorter and hardly lets more through; the source's first."""
    widest = block
    for sources, destinations in ((True, False), (False, True), (True, True)):
        wide = _over_zones(block, zones, sources=sources, destinations=destinations)
        if wide is not None and wide.written < widest.written and wide.slack <= most_slack and may(wide):
            widest = wide
    return widest


def _over_zones(block: Block, zones: Zones, *, sources: bool, destinations: bool) -> Block | None:
    if (sources and len(block.sources) < LEAST_OF_ZONE) or (destinations and len(block.destinations) < LEAST_OF_ZONE):
        return None
    here = zones.sources if sources else block.sources
    there = zones.destinations if destinations else block.destinations
    return Block(
        here,
        there,
        block.used,
        zones.admitted(here, there),
        is_whole_source=sources,
        is_whole_destination=destinations,
    )


def _best_union(
    blocks: list[Block], zones: Zones, most_slack: float, may: Callable[[Block], bool]
) -> tuple[int, int, Block] | None:
    """Two blocks that are shorter as one, and which: that with the least slack first."""
    best: tuple[float, int, int, Block] | None = None
    for place, one in enumerate(blocks):
        for other in range(place + 1, len(blocks)):
            joined = _union(one, blocks[other], zones)
            if joined.slack > most_slack or (best is not None and joined.slack >= best[0]):
                continue
            joined = _widened(joined, zones, most_slack, may)
            if joined.written < one.written + blocks[other].written and may(joined):
                best = joined.slack, place, other, joined
    return None if best is None else best[1:]


def _union(one: Block, other: Block, zones: Zones) -> Block:
    sources, destinations = one.sources | other.sources, one.destinations | other.destinations
    return Block(sources, destinations, one.used | other.used, zones.admitted(sources, destinations))
