"""Who may connect to an entry point: this machine, and the addresses that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


def is_named(address: str, named: Sequence[Network]) -> bool:
    """Whether the settings name it: only then is it believed who it speaks for."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
    return any(plain.version == network.version and plain in network for network in named)


def may_connect(address: str, named: Sequence[Network]) -> bool:
    """Whether it is named, or, where nobody is, this machine."""
    return is_named(address, named or (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")))
