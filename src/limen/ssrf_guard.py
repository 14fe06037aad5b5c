"""The SSRF guard: addresses at which no app can be, and where a cloud tells its machines their secrets.

Whoever may name an app's upstream must not be able to read those through Limen. So an address is judged when it is
written, and again whenever a name has led to one; the connection goes to the very addresses that were judged. This
machine and private networks are where apps are, so they are not forbidden.
"""

from __future__ import annotations

import asyncio
import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from limen.errors import LimenError

Address = IPv4Address | IPv6Address
Place = tuple[socket.AddressFamily, int, tuple[Any, ...]]
"""What a socket connects to: its family, its protocol and its address."""

_NAMES: Final = frozenset(
    {
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "instance-data.ec2.internal",
    }
)
_ADDRESSES: Final = frozenset(
    ip_address(one)
    for one in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::23", "fd00:ec2::254", "fd20:ce::254")
)
"""Of IPv4 most clouds' are within what is link-local (RFC 3927); these are the others'."""
_THIS_NETWORK: Final = ip_network("0.0.0.0/8")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052, section 2.1: the last 32 bits are an IPv4 address."""


class ForbiddenAddressError(LimenError):
    """Nothing was sent there."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not an address that an app may have", "enter the machine the app runs on")


def refuse(address: str, host: str) -> None:
    """Raises ForbiddenAddressError where `address`, to which `host` led, is forbidden."""
    if is_forbidden(address):
        raise ForbiddenAddressError(host)


@lru_cache(maxsize=4_096)
def is_forbidden(host: str) -> bool:
    """Whether this address, in whatever way of writing, or this name, is forbidden. Names are not resolved here."""
    name = host.strip("[]").partition("%")[0].rstrip(".").lower()
    if name in _NAMES:
        return True
    address = _address(name)
    return address is not None and any(_is_refused(one) for one in (address, *_within(address)))


def is_public(host: str) -> bool:
    """Whether this address, in whatever way of writing, is on the public internet: no network of a company's own."""
    address = _address(host.strip("[]").partition("%")[0].rstrip(".").lower())
    return address is not None and all(one.is_global and not one.is_multicast for one in (address, *_within(address)))


def names_this_machine(name: str) -> bool:
    """Whether a name means this machine on every machine (RFC 6761, section 6.3), whatever its resolver says."""
    return name == "localhost" or name.endswith(".localhost")


async def places_of(host: str, port: int, family: int = socket.AF_UNSPEC) -> list[Place]:
    """Where to connect to reach `host`. Raises ForbiddenAddressError where any of it is forbidden, else OSError."""
    refuse(host, host)
    loop = asyncio.get_running_loop()
    asked = "localhost" if names_this_machine(host) else host  # many resolvers don't know those below it
    found = await loop.getaddrinfo(asked, port, family=family, type=socket.SOCK_STREAM)
    for *_, address in found:
        refuse(str(address[0]), host)
    return [(kind, proto, address) for kind, _, proto, _, address in found]


async def connected(host: str, port: int) -> socket.socket:
    """A connection to the first place of `host` that takes one. Raises ForbiddenAddressError, OSError."""
    loop = asyncio.get_running_loop()
    wrong = OSError(f"{host} has no address")
    for kind, proto, address in await places_of(host, port):
        one = socket.socket(kind, socket.SOCK_STREAM, proto)
        try:
            one.setblocking(False)
            await loop.sock_connect(one, address)
        except OSError as error:
            one.close()
            wrong = error
        except BaseException:
            one.close()
            raise
        else:
            return one
    raise wrong


def _address(name: str) -> Address | None:
    """The address that is written here; also as `2852039166`, `0xa9fea9fe` or `169.254.43518`, as resolvers read it."""
    try:
        return ip_address(name)
    except ValueError:
        pass
    if not name[:1].isdigit():
        return None
    try:
        return IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def _within(address: Address) -> tuple[Address, ...]:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return ()
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None
    return tuple(one for one in (address.ipv4_mapped, address.sixtofour, translated) if one is not None)


def _is_refused(address: Address) -> bool:
    is_nowhere = address.is_link_local or address.is_multicast or address.is_unspecified
    return is_nowhere or address in _ADDRESSES or address in _THIS_NETWORK
