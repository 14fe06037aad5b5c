"""What an open door is, and which rules it comes to (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import product

from limen.clock import Instant
from limen.facts.network_service import NetworkService
from limen.network.compiling import Place, Places
from limen.network.model import INSIDE, INTERNET, Network
from limen.network.packets.box import Box
from limen.network.packets.ruleset import Rule
from limen.network.zones_by_address import ZonesByAddress


@dataclass(frozen=True, slots=True)
class Opening:
    """A door that stands open to one address: whose it is, by which decision, and until when at the longest."""

    id: str
    person_id: str
    session_id: str
    app: str
    address: str
    decision: str
    opened_at: Instant
    until: Instant
    device_id: str = ""
    """Whose tunnel it leads through; "" where it is open to the address that it was asked from."""
    tunnel: tuple[str, ...] = ()
    """The addresses of that tunnel, to which it is open then."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses that it is open to."""
        return self.tunnel or (self.address,)


def zone_of(network: Network, address: str) -> str:
    """The zone that somebody sits in; "" where the address is in none, so that no firewall could tell whose it is:
    behind one of the internet stands a whole network.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    zone = ZonesByAddress(network).zone_at(known.version, int(known))
    return "" if zone == INTERNET else zone


def rules_of(opening: Opening, service: NetworkService, network: Network) -> Iterator[Rule]:
    """What is let through by it. A name that the network has no longer lets nothing through, nor does an address that
    is in no zone. Whatever a block denies stays denied: openings come after blocks.
    """
    for source in opening.sources:
        yield from _rules_from(source, opening, service, network)


def rules_from_anywhere(app_id: str, service: NetworkService, network: Network) -> Iterator[Rule]:
    """What a door could let through, opened from any address of any zone. Its rules are called `app_id`."""
    sources = Places(network).of(INSIDE)
    yield from _rules(app_id, sources, service, network, None)


def _rules_from(address: str, opening: Opening, service: NetworkService, network: Network) -> Iterator[Rule]:
    from_zone = zone_of(network, address)
    if from_zone:
        known = ip_address(address)
        source = from_zone, known.version, (int(known), int(known))
        yield from _rules(opening.app, [source], service, network, opening.until)


def _rules(
    name: str, sources: Iterable[Place], service: NetworkService, network: Network, until: Instant | None
) -> Iterator[Rule]:
    places = Places(network)
    parts = [part for name in service.services if name in network.service_of for part in network.service_of[name].parts]
    there = [one for one in service.to if one in network.zone_of or one in network.host_of]
    destinations = [place for one in there for place in places.of(one)]
    for (from_zone, family, source), (to_zone, other, destination) in product(sources, destinations):
        if family == other:
            for part in parts:
                if family in part.families:
                    box = Box(family, source, destination, part.protocol, part.ports)
                    yield Rule(name, True, from_zone, to_zone, box, until)
