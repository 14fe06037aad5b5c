"""What an open door is, and which rules it comes to (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from limen.clock import Instant
from limen.facts.network_service import NetworkService
from limen.network.compiling import Places
from limen.network.learning.placing import ZonesByAddress
from limen.network.model import INTERNET, Network
from limen.network.packets.box import Box
from limen.network.packets.ruleset import Rule


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


def _rules_from(address: str, opening: Opening, service: NetworkService, network: Network) -> Iterator[Rule]:
    from_zone = zone_of(network, address)
    if not from_zone:
        return
    known = ip_address(address)
    source = (int(known), int(known))
    places = Places(network)
    parts = [part for name in service.services if name in network.service_of for part in network.service_of[name].parts]
    for name in service.to:
        if name not in network.zone_of and name not in network.host_of:
            continue
        for to_zone, family, destination in places.of(name):
            if family != known.version:
                continue
            for part in parts:
                if family in part.families:
                    box = Box(family, source, destination, part.protocol, part.ports)
                    yield Rule(opening.app, True, from_zone, to_zone, box, opening.until)
