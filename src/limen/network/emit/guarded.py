"""The part of a network that one firewall in a cloud enforces: the zones in it, and the rules to and from them."""

from __future__ import annotations

from dataclasses import dataclass

from limen.network.compiling import Places, compiled
from limen.network.model import Firewall, Network
from limen.network.packets import Box, Interval, Rule, Ruleset
from limen.network.packets.box import of_one_family
from limen.network.reading.stages import Places as AllPlaces


@dataclass(frozen=True, slots=True)
class Unfit:
    """A flow that a firewall can't say, so that it stays closed, and why."""

    id: str
    why: str


@dataclass(frozen=True)
class Guarded:
    """`zones` are those within the cloud. `ruleset` is what it has to let through, of packets to or from them.

    Clouds stand before every interface, so that they guard the way within a zone as well: in one that is not isolated
    a rule `within-<zone>` lets everything through.
    """

    network: Network
    zones: tuple[str, ...]
    ruleset: Ruleset
    places: AllPlaces

    def without(self, ids: frozenset[str]) -> Guarded:
        """The same without what these flows let through."""
        kept = tuple(rule for rule in self.ruleset.rules if not rule.allows or rule.id not in ids)
        return Guarded(self.network, self.zones, Ruleset(self.ruleset.zones, kept), self.places)

    def whole(self, zone: str) -> list[tuple[int, Interval]]:
        return list(self.places[zone])


def guarded(network: Network, firewall: Firewall, today: str) -> Guarded:
    """Raises KeyError for a zone that is not there."""
    zones = tuple(one.name for one in network.zones if one.name in firewall.zones)
    places = Places(network)
    everywhere = {name: [(family, interval) for _, family, interval in places.of(name)] for name in network.zone_names}
    within = [
        Rule(f"within-{zone}", True, zone, zone, Box(*ends))
        for zone in zones
        if not network.zone_of[zone].is_isolated
        for ends in of_one_family(everywhere[zone], everywhere[zone])
    ]
    rules = [one for one in compiled(network, today).rules if one.from_zone in zones or one.to_zone in zones]
    return Guarded(network, zones, Ruleset(network.zone_names, (*within, *rules)), everywhere)
