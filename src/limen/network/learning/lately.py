"""How connections that were seen lately went by the rules: which flow each came by, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from limen.clock import Instant
from limen.network.learning.counting import Contact, Tally
from limen.network.model import Network
from limen.network.packets.box import Packet
from limen.network.packets.regions import Regions
from limen.network.zones_by_address import ZonesByAddress


@dataclass(slots=True)
class Seen:
    """`came`: connections that were not refused; `refused`: those that a firewall denied. `last_at`: of both."""

    came: int = 0
    refused: int = 0
    last_at: Instant = 0

    def add(self, tally: Tally) -> None:
        self.came += max(0, tally.count - tally.refused)
        self.refused += tally.refused
        self.last_at = max(self.last_at, tally.last_at)


@dataclass(frozen=True, slots=True)
class Lately:
    """By flow what it lets through, by pair of zones all that was seen. Whose they were is not in it.

    `first_at`: since when something is known; 0 where nothing is, and then nothing is said.
    """

    flows: dict[str, Seen] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Seen] = field(default_factory=dict)
    first_at: Instant = 0

    @property
    def is_known(self) -> bool:
        return self.first_at > 0


def lately(network: Network, regions: Regions, tallies: Mapping[Contact, Tally]) -> Lately:
    """`regions` are those of the compiled network: each connection is counted for the flow that lets it through today.

    What came though nothing lets it through is counted for its pair alone.
    """
    places = ZonesByAddress(network)
    flows: dict[str, Seen] = {}
    pairs: dict[tuple[str, str], Seen] = {}
    for contact, tally in tallies.items():
        family = contact.family
        pair = places.zone_at(family, contact.source), places.zone_at(family, contact.destination)
        pairs.setdefault(pair, Seen()).add(tally)
        rule = regions.decides(Packet(*pair, *contact[1:6]))
        if rule is not None and rule.allows and tally.count > tally.refused:
            flows.setdefault(rule.id, Seen()).add(tally)
    return Lately(flows, pairs, min((one.first_at for one in tallies.values()), default=0))
