"""What a machine lets through that has a ruleset: the ruleset, and what every table says beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.network.compiling import Places
from limen.network.emit.nft_router import Router, is_here
from limen.network.model import Network
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, Box, Interval, every_packet
from limen.network.packets.ruleset import ANYWHERE, Rule, Ruleset

WITHIN: Final = "within-"
"""Rules that let a zone's own hosts reach each other are called so, and by the zone."""
FORGED: Final = "forged"
OTHER_ICMP: Final = "icmp-of-the-other-family"
_FOREIGN: Final = {4: ICMPV6, 6: ICMP}


def enforced(ruleset: Ruleset, network: Network, router: Router) -> Ruleset:
    """The table must read back as this.

    It is the ruleset between zones with a leg here, and before it: ICMP of the other family is denied, a source that
    is not of its zone is denied, and the hosts of a zone that is not isolated reach each other.
    """
    places = Places(network)
    rules = [
        Rule(OTHER_ICMP, False, ANYWHERE, ANYWHERE, every_packet(family)._replace(protocol=(protocol, protocol)))
        for family, protocol in _FOREIGN.items()
    ]
    rules += [
        Rule(FORGED, False, zone, ANYWHERE, every_packet(family)._replace(source=gap))
        for zone in router.legs
        for family, last in LAST_ADDRESS.items()
        for gap in _gaps(addresses(places, zone, family), last)
    ]
    rules += [one for zone in router.legs for one in within(places, network, zone)]
    rules += [one for one in ruleset.rules if is_here(one, router)]
    return Ruleset(tuple(zone for zone in ruleset.zones if zone in router.legs), tuple(rules))


def addresses(places: Places, zone: str, family: int) -> list[Interval]:
    """A zone's own, in order and without overlap."""
    joined: list[Interval] = []
    for low, high in sorted(interval for _, one, interval in places.of(zone) if one == family):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], high)
        else:
            joined.append((low, high))
    return joined


def within(places: Places, network: Network, zone: str) -> list[Rule]:
    """That a zone's hosts reach each other; no rule where it is isolated, or the internet."""
    if zone not in network.zone_of or network.zone_of[zone].is_isolated:
        return []
    return [
        Rule(f"{WITHIN}{zone}", True, zone, zone, Box(family, source, destination))
        for family in LAST_ADDRESS
        for source in addresses(places, zone, family)
        for destination in addresses(places, zone, family)
    ]


def _gaps(taken: list[Interval], last: int) -> Iterator[Interval]:
    start = 0
    for low, high in taken:
        if start < low:
            yield start, low - 1
        start = high + 1
    if start <= last:
        yield start, last
