"""Whether a change would cut Limen itself from a firewall, so that it could not put it back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from limen.errors import LimenError
from limen.network.compiling import Places
from limen.network.model import Network
from limen.network.packets import Packet, Ruleset
from limen.network.packets.box import TCP

_OWN_PORT = 50_000
"""In place of the port that the system will take."""


def refuse_cut(meant: Ruleset, network: Network, url: str) -> None:
    """Raises LimenError where these rules deny the way from here to this address of the firewall's interface."""
    for source, destination, port in _ways(url):
        if is_cut(meant, network, source, destination, port):
            fix = "add a flow for it, or give Limen a way in the firewall's own zone"
            raise LimenError(f"these rules would cut Limen from the firewall itself ({source} to {destination})", fix)


def is_cut(meant: Ruleset, network: Network, source: str, destination: str, port: int) -> bool:
    """Between two zones that the firewall parts."""
    one, other = ip_address(source), ip_address(destination)
    from_zone, to_zone = (_zone(network, each.version, int(each)) for each in (one, other))
    if from_zone == to_zone or not {from_zone, to_zone} <= set(meant.zones):
        return False
    return not meant.allows(Packet(from_zone, to_zone, one.version, int(one), int(other), TCP, port, _OWN_PORT))


def _zone(network: Network, family: int, address: int) -> str:
    places = Places(network)
    for zone in network.zone_names:
        if any(family == other and low <= address <= high for _, other, (low, high) in places.of(zone)):
            return zone
    return ""


def _ways(url: str) -> Iterator[tuple[str, str, int]]:
    """Each address of the firewall, and the one that this machine would come from. What can't be reached is no way."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname or "", port, type=socket.SOCK_DGRAM)
    except OSError:
        return
    for family, kind, _, _, address in found:
        with socket.socket(family, kind) as asked:
            try:
                asked.connect(address)  # of UDP: no packet is sent
            except OSError:
                continue
            yield str(asked.getsockname()[0]).partition("%")[0], str(address[0]).partition("%")[0], port
