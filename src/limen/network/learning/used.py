"""What was used, in the words of network.yaml: from which zone and host to which, by which service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from limen.network.learning.counting import ELSEWHERE, Contact, Tally
from limen.network.learning.scanners import LAST_STATED
from limen.network.model import ANY_SERVICE, INTERNET, Host, Network, Ports, Service
from limen.network.packets import address_of
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS, Interval, Packet
from limen.network.services import PROTOCOLS
from limen.network.zones_by_address import ZonesByAddress

DYNAMIC: Final = (LAST_STATED + 1, 65_535)
MOST_STATED_PORTS: Final = 5
"""From so many dynamic ports of one host on they are one service: whatever it draws next belongs to it."""
WIDEST: Final = 1_024
"""Ports of a stated service that is proposed for one of them that was seen; a wider one would open too much."""
PROTOCOL_NAMES: Final = {number: word for word, number in PROTOCOLS.items()}
"""What network.yaml can say; of other protocols it can't."""


@dataclass(frozen=True, slots=True)
class Asset:
    """What has addresses: a stated host, an address without a name, or the internet as a whole."""

    zone: str
    name: str
    """The host's; for an address without one, what it would be called."""
    is_stated: bool = True


@dataclass(frozen=True, slots=True)
class Use:
    """One contact in words. `packet` is the packet that began it."""

    source: Asset
    destination: Asset
    service: str
    packet: Packet
    contact: Contact
    tally: Tally

    @property
    def pair(self) -> tuple[str, str]:
        return self.source.zone, self.destination.zone


class Names:
    """Names for addresses and ports, and what would have to be stated for them."""

    def __init__(self, network: Network, tallies: Mapping[Contact, Tally]) -> None:
        self._network = network
        self._places = ZonesByAddress(network)
        self._taken = {*network.zone_of, *network.host_of}
        self._assets: dict[tuple[int, int], Asset] = {}
        self._dynamic = _with_dynamic_ports(tallies)
        self._services: dict[tuple[int, int, Interval], str] = {}
        self.hosts: dict[str, Host] = {}
        self.services: dict[str, Service] = {}

    def uses(self, tallies: Mapping[Contact, Tally]) -> list[Use]:
        """Every contact that rules can be about: what stays within one zone they are not, unless it is isolated."""
        isolated = {one.name for one in self._network.zones if one.is_isolated}
        found = []
        for contact, tally in tallies.items():
            source = self._asset(contact.family, contact.source)
            destination = self._asset(contact.family, contact.destination)
            if source.zone != destination.zone or (source.zone in isolated and source != destination):
                found.append(self._use(contact, tally, source, destination))
        return found

    def seen(self, used: Iterable[Contact], spoke: Iterable[Contact]) -> set[Asset]:
        """All ends of what was used, all sources of what `spoke`, and all that is stated."""
        stated = {Asset(host.zone, host.name) for host in self._network.hosts}
        ends = {(one.family, end) for one in used for end in (one.source, one.destination)}
        ends |= {(one.family, one.source) for one in spoke}
        return stated | {self._asset(*end) for end in ends}

    def is_unplaced(self, contact: Contact) -> bool:
        """Whether neither end is in a zone."""
        ends = (contact.source, contact.destination)
        return all(self._places.zone_at(contact.family, end) == INTERNET for end in ends)

    def _use(self, contact: Contact, tally: Tally, source: Asset, destination: Asset) -> Use:
        packet = Packet(source.zone, destination.zone, *contact[1:6])
        return Use(source, destination, self._service(contact), packet, contact, tally)

    def _asset(self, family: int, address: int) -> Asset:
        key = (family, address)
        if key not in self._assets:
            self._assets[key] = self._named(family, address)
        return self._assets[key]

    def _named(self, family: int, address: int) -> Asset:
        zone, host = self._places.zone_at(family, address), self._places.host_at(family, address)
        if host:
            return Asset(zone, host)
        if zone == INTERNET or address == ELSEWHERE:
            return Asset(INTERNET, INTERNET)
        written = address_of(family, address)
        tail = "-".join(str(written).split(".")) if family == 4 else f"{address & 0xFFFF_FFFF_FFFF:x}"
        name = _free(f"{zone[: 38 - len(tail)]}-{tail}", self._taken)
        self.hosts[name] = Host(name, zone, (ip_network(written),))
        return Asset(zone, name, is_stated=False)

    def _service(self, contact: Contact) -> str:
        draws = (contact.family, contact.destination, contact.protocol) in self._dynamic
        wanted = DYNAMIC if draws and contact.port >= DYNAMIC[0] else (contact.port, contact.port)
        key = (contact.family, contact.protocol, wanted)
        if key not in self._services:
            self._services[key] = self._stated(contact, wanted) or self._new(contact, wanted)
        return self._services[key]

    def _stated(self, contact: Contact, wanted: Interval) -> str:
        """The narrowest stated service that has these ports; "" where none does."""
        width = wanted[1] - wanted[0] + 1
        fits = [
            (sum(_width(part) for part in one.parts), one.name)
            for one in self._network.services
            if one.name != ANY_SERVICE and any(_has(part, contact, wanted) for part in one.parts)
        ]
        return next((name for size, name in sorted(fits) if size <= max(WIDEST, width)), "")

    def _new(self, contact: Contact, wanted: Interval) -> str:
        protocol = contact.protocol
        families = {ICMP: (4,), ICMPV6: (6,)}.get(protocol, (4, 6))
        word = PROTOCOL_NAMES.get(protocol, f"protocol-{protocol}")
        name = word if protocol not in WITH_PORTS else f"{word}-{wanted[0]}"
        if wanted == DYNAMIC:
            name = f"{word}-dynamic"
        if protocol in {ICMP, ICMPV6}:
            name = f"ping-{families[0]}"
        self.services[name] = Service(name, (Ports((protocol, protocol), wanted, families),))
        return name


def _with_dynamic_ports(tallies: Iterable[Contact]) -> set[tuple[int, int, int]]:
    """Hosts that draw their ports, each with the protocol."""
    ports: dict[tuple[int, int, int], set[int]] = defaultdict(set)
    for one in tallies:
        if one.port >= DYNAMIC[0] and one.destination != ELSEWHERE:
            ports[one.family, one.destination, one.protocol].add(one.port)
    return {whose for whose, its in ports.items() if len(its) >= MOST_STATED_PORTS}


def _has(part: Ports, contact: Contact, wanted: Interval) -> bool:
    return (
        contact.family in part.families
        and part.protocol == (contact.protocol, contact.protocol)
        and part.ports[0] <= wanted[0]
        and wanted[1] <= part.ports[1]
    )


def _width(part: Ports) -> int:
    return part.ports[1] - part.ports[0] + 1


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken already. From then on it is."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name[:36]}-{number}", number + 1
    taken.add(free)
    return free
