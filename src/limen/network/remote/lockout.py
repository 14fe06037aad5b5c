"""Whether a change would lock Limen, or whoever administers a firewall, out of it: then nobody could put it back."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from limen.errors import LimenError
from limen.network.model import Network
from limen.network.packets import Box, Packet, Ruleset
from limen.network.packets.box import LAST_ADDRESS, TCP
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.spans import span_between
from limen.network.zones_by_address import ZonesByAddress

Address: TypeAlias = IPv4Address | IPv6Address

_OWN_PORT = 50_000
"""In place of the port that the system will take."""


def refuse_cut(meant: Ruleset, network: Network, url: str) -> None:
    """Raises LimenError where these rules deny the way from here to this address of the firewall's interface."""
    for source, destination, port in _ways(url):
        if is_cut(meant, network, source, destination, port):
            fix = "add a flow for it, or give Limen a way in the firewall's own zone"
            raise LimenError(f"these rules would cut Limen from the firewall itself ({source} to {destination})", fix)


def refuse_unadministered(meant: Ruleset, network: Network, addresses: Iterable[str], ports: Iterable[int]) -> None:
    """Raises LimenError where no address in any zone of kind `management` reaches one of these by one of these ports,
    though the way is by this firewall. Says nothing where there is no such zone.
    """
    zones = [one.name for one in network.zones if one.kind == "management" and one.name in meant.zones]
    places, wanted = ZonesByAddress(network), list(ports)
    asked = [(one, places.zone_at(one.version, int(one))) for one in map(ip_address, addresses)]
    ways = [(zone, at, one) for zone in zones for one, at in asked if at != zone and at in meant.zones]
    if not ways:
        return
    regions = Regions(meant)
    if not any(_reaches(regions, *way, port) for way in ways for port in wanted):
        where = ", ".join(dict.fromkeys(str(one) for _, _, one in ways))
        raise LimenError(
            f"with these rules nobody in {' or '.join(zones)} would reach {where}, where it is administered",
            f"add a flow from {zones[0]} to it by tcp/{wanted[0]}",
        )


def _reaches(regions: Regions, zone: str, to_zone: str, address: Address, port: int) -> bool:
    """Whether some address of a zone does. What can't be proved does not."""
    family, one = address.version, (int(address), int(address))
    asked = Box(family, (0, LAST_ADDRESS[family]), one, (TCP, TCP), (port, port))
    try:
        return regions.witness(span_between(zone, to_zone, asked, regions.numbers)) is not None
    except TooTangledError:
        return False


def addresses_of(url: str) -> tuple[list[str], int]:
    """Those of the host of a URL, as far as they can be told, and its port."""
    found, port = _found(url, socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for _, address in found)), port


def is_cut(meant: Ruleset, network: Network, source: str, destination: str, port: int) -> bool:
    """Between two zones that the firewall parts."""
    one, other = ip_address(source), ip_address(destination)
    places = ZonesByAddress(network)
    from_zone, to_zone = (places.zone_at(each.version, int(each)) for each in (one, other))
    if from_zone == to_zone or not {from_zone, to_zone} <= set(meant.zones):
        return False
    return not meant.allows(Packet(from_zone, to_zone, one.version, int(one), int(other), TCP, port, _OWN_PORT))


def _ways(url: str) -> Iterator[tuple[str, str, int]]:
    """Each address of the firewall, and the one that this machine would come from. What can't be reached is no way."""
    found, port = _found(url, socket.SOCK_DGRAM)
    for family, address in found:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            try:
                asked.connect(address)  # of UDP: no packet is sent
            except OSError:
                continue
            yield str(asked.getsockname()[0]).partition("%")[0], str(address[0]).partition("%")[0], port


def _found(url: str, kind: socket.SocketKind) -> tuple[list[tuple[socket.AddressFamily, tuple[Any, ...]]], int]:
    """The addresses of the host of a URL, as sockets take them, and its port."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname or "", port, type=kind)
    except OSError:
        return [], port
    return [(one[0], one[4]) for one in found], port
