"""By whom a connection was made, said to Caddy before its first byte: the PROXY protocol, version 2 (HAProxy's
specification, section 2.2), which has no parser of text to disagree with.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_PROXIED: Final = 0x21
_TCP_OVER: Final = {4: 0x11, 6: 0x21}


def header(source: tuple[str, int], destination: tuple[str, int]) -> bytes:
    """What goes before the bytes of a connection from `source` to `destination`, each an address and a port."""
    one, other = _parsed(source[0]), _parsed(destination[0])
    if one.version != other.version:
        raise ValueError("both ends of a connection are of one family")
    addresses = one.packed + other.packed + struct.pack("!HH", source[1], destination[1])
    return _SIGNATURE + struct.pack("!BBH", _PROXIED, _TCP_OVER[one.version], len(addresses)) + addresses


def _parsed(address: str) -> IPv4Address | IPv6Address:
    return ip_address(address.partition("%")[0])
