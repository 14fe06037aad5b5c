"""What speaks in zones whose hosts are stated, and is none of them: a device that nobody planned. Pure.

Only in zones of kinds where each machine has a purpose, and only once somebody began to name what is there: in an
office, devices come and go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final

from limen.clock import Instant
from limen.network.learning.counting import ELSEWHERE, Contact, Tally
from limen.network.model import INTERNET, Network
from limen.network.packets import address_of
from limen.network.packets.box import Packet
from limen.network.requested import BY_PART
from limen.network.services import is_unnamed, part_of, service_text
from limen.network.zones_by_address import ZonesByAddress

NAMED_KINDS: Final = frozenset({"server", "domain", "finance", "backup", "management", "cloud", "dmz"})
"""Kinds of zones in which a machine without a name is a surprise."""
MOST_SPOKEN_TO: Final = 5


@dataclass(frozen=True, slots=True)
class UnplannedDevice:
    """An address in a zone that is no stated host's and no enrolled device's.

    `hardware` is its MAC address where its IPv6 address tells it, else "". `spoke_to` is what it connected to most, and
    `more` how much else; `person_ids` are those who signed in from it.
    """

    zone: str
    address: str
    hardware: str
    connections: int
    refused: int
    first_at: Instant
    last_at: Instant
    spoke_to: tuple[str, ...]
    more: int
    person_ids: tuple[str, ...] = ()

    @property
    def host_name(self) -> str:
        """What it could be called as a host of network.yaml: its zone, and the end of its address."""
        end = "".join(one if one.isalnum() else "-" for one in self.address[-15:]).strip("-")
        return f"{self.zone[: 39 - len(end)].rstrip('-')}-{end}"


class StatedHosts:
    """Which addresses a network leaves unplanned, and what ends of connections are called in it."""

    def __init__(self, network: Network) -> None:
        self._places = ZonesByAddress(network)
        named = {one.zone for one in network.hosts}
        self._zones = {one.name for one in network.zones if one.kind in NAMED_KINDS and one.name in named}

    def zone_of_unplanned(self, family: int, address: int) -> str:
        """The zone in which nobody stated this address; "" where it is a host's, or where that is no surprise."""
        zone = self._places.zone_at(family, address)
        return zone if zone in self._zones and not self._places.host_at(family, address) else ""

    def said(self, family: int, destination: int, protocol: int, port: int) -> str:
        """`vault by ssh`, `internet by tcp/8443`, `10.20.0.9 by smb`: what somebody connected to."""
        written = service_text(Packet("", "", family, 0, destination, protocol, port))
        service = BY_PART.get(part_of(written), written) if is_unnamed(written) else written
        return f"{self._end(family, destination)} by {service}"

    def _end(self, family: int, destination: int) -> str:
        if destination == ELSEWHERE or self._places.is_elsewhere(family, destination):
            return INTERNET
        return self._places.host_at(family, destination) or str(address_of(family, destination))


def unplanned_devices(network: Network, seen: Mapping[Contact, Tally]) -> tuple[UnplannedDevice, ...]:
    """All that were seen, the latest first. An address from which an enrolled device spoke on any of these days is that
    device's.
    """
    stated = StatedHosts(network)
    of_address: dict[tuple[str, int, int], list[Contact]] = defaultdict(list)
    of_devices = {(one.family, one.source) for one in seen if one.device_id}
    for contact in seen:
        zone = stated.zone_of_unplanned(contact.family, contact.source)
        if zone and (contact.family, contact.source) not in of_devices:
            of_address[zone, contact.family, contact.source].append(contact)
    found = [_device(zone, family, source, its, seen, stated) for (zone, family, source), its in of_address.items()]
    return tuple(sorted(found, key=lambda one: (-one.last_at, one.zone, one.address)))


def hardware_of(family: int, address: int) -> str:
    """The MAC address that an IPv6 address was made from (RFC 4291, appendix A); "" where it was not."""
    if family != 6 or address >> 24 & 0xFFFF != 0xFFFE:
        return ""
    end = IPv6Address(address).packed[8:]
    return bytes([end[0] ^ 0x02, *end[1:3], *end[5:]]).hex(":")


def _device(
    zone: str, family: int, source: int, its: Iterable[Contact], seen: Mapping[Contact, Tally], stated: StatedHosts
) -> UnplannedDevice:
    counts: dict[str, int] = defaultdict(int)
    tallies, people = [], set()
    for contact in its:
        tallies.append(seen[contact])
        counts[stated.said(family, contact.destination, contact.protocol, contact.port)] += seen[contact].count
        people.add(contact.person_id)
    most = sorted(counts, key=lambda one: (-counts[one], one))
    return UnplannedDevice(
        zone,
        str(address_of(family, source)),
        hardware_of(family, source),
        sum(one.count for one in tallies),
        sum(one.refused for one in tallies),
        min(one.first_at for one in tallies),
        max(one.last_at for one in tallies),
        tuple(most[:MOST_SPOKEN_TO]),
        max(0, len(most) - MOST_SPOKEN_TO),
        tuple(sorted(people - {""})),
    )
