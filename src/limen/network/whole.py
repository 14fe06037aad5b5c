"""What is wrong with a network as a whole, though nothing is with its parts: what lets nothing through, what would be
too much to prove, and what is possible though it must never be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.network import limited
from limen.network.model import INTERNET, Network, Way
from limen.network.sizes import Sizes

MOST_RULES: Final = 100_000
"""So many rules, each of one pair of addresses, are still proved; what names everything for everything is more."""


def whole_complaints(network: Network) -> Iterator[tuple[str, str, str]]:
    """All of it: the id of the flow, block or statement that it is about, what is wrong, and what to do."""
    sizes = Sizes(network)
    every = {id_: sizes.of(way) for id_, way in _stated(network)}
    if sum(every.values()) > MOST_RULES:
        widest = max(every, key=lambda one: every[one])
        what = f"all together become {sum(every.values())} rules, {every[widest]} of them by this"
        yield widest, f"{what}; {MOST_RULES} is the most", "name zones instead of everything, and wider prefixes"
        return
    empty = list(_empty(network, sizes, every))
    if empty:
        yield from empty
        return
    try:
        yield from limited.broken_nevers(network)
    except limited.TooMuchError as error:
        yield "zones", f"whether what must never be holds can't be proved: {error.what}", error.fix


def _empty(network: Network, sizes: Sizes, every: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
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
