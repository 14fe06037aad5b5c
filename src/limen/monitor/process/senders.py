"""Which source a sender speaks for: by its certificate, or, where nobody proves anything, by its address."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, NamedTuple

from limen.monitor.link import Watched

MOST_KEPT: Final = 4_096


class Sender(NamedTuple):
    """A source, and the id of its sender there; "" where nobody proves who sends."""

    source: Watched
    id: str = ""


class Senders:
    """All who may send at this moment."""

    def __init__(self) -> None:
        self.sources: tuple[Watched, ...] = ()
        self._by_certificate: dict[str, Sender] = {}
        self._networks: dict[str, list[tuple[IPv4Network | IPv6Network, Sender]]] = {}
        self._kept: dict[tuple[str, str], Sender | None] = {}

    def set(self, sources: Iterable[Watched]) -> None:
        self.sources = tuple(sources)
        self._kept.clear()
        self._by_certificate = {
            fingerprint: Sender(one, sender)
            for one in self.sources
            if one.way == "tls"
            for fingerprint, sender in one.senders.items()
        }
        self._networks = {
            way: [(ip_network(net), Sender(one)) for one in self.sources if one.way == way for net in one.addresses]
            for way in ("udp", "tcp")
        }

    def by_address(self, way: str, address: str) -> Sender | None:
        """Who sends that way (`udp` or `tcp`) from there; None where nobody may."""
        key = (way, address)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._looked_up(way, address)
        return self._kept[key]

    def by_certificate(self, fingerprint: str, address: str) -> Sender | None:
        """Whose certificate this is, by its SHA-256 in hex; None where it counts for nothing, or not from there."""
        found = self._by_certificate.get(fingerprint)
        if found is None or not found.source.addresses:
            return found
        networks = [ip_network(one) for one in found.source.addresses]
        return found if _is_in(address, networks) else None

    def _looked_up(self, way: str, address: str) -> Sender | None:
        return next((sender for network, sender in self._networks.get(way, ()) if _is_in(address, [network])), None)


def plain(address: str) -> str:
    """An address without its zone, and an IPv4 address that came as IPv6 (RFC 4291 section 2.5.5.2) as what it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _is_in(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in networks)
