"""What counts as one source of connections, guesses and events."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

LONGEST: Final = 100
"""No address is longer, with its zone."""
_KEPT: Final = 2_048


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber has at the least (RFC 6177).

    An IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2) is the IPv4 address. What is no address counts as one.
    """
    return _network_of(address) if len(address) <= LONGEST else "?"


@lru_cache(_KEPT)
def _network_of(address: str) -> str:
    """Kept, because a connection's every request asks for the same."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), 64), strict=False))
    return str(parsed)
