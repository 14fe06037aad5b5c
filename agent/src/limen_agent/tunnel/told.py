"""What Limen says of a tunnel, read within bounds: whatever it says, this machine's own way to the internet stays."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final, TypeAlias

from limen_agent.errors import AgentError

Network: TypeAlias = IPv4Network | IPv6Network

MOST_NAMES: Final = 50
MOST_ROUTES: Final = 100
SHORTEST: Final = {4: 8, 6: 32}
"""The shortest prefix that is taken, of each family: more would be the internet."""
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DNS_NAME: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_DNS_NAME: Final = 253
PRIVATE: Final = ("internal", "home.arpa")
"""What nobody has on the internet (ICANN for `internal`, RFC 8375), so that no name of it is taken from anybody."""


class UnfitError(AgentError):
    """Limen said something that is not taken."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Limen's answer is not taken: {what}", "tell whoever administers Limen")


@dataclass(frozen=True, slots=True)
class Way:
    """How the company's firewall is reached: its public key, its name or address, the UDP port; and the addresses that
    are this device's in the tunnel. `resolvers`: where names are asked there; () where it has none.
    """

    key: str
    host: str
    port: int
    addresses: tuple[str, ...]
    resolvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """What is open, until when (seconds since 1970), and by which services; `to` is by name where each is. `names` are
    DNS names with their addresses; `not_taken` those that somebody else may have on the internet.
    """

    until: int
    to: Mapping[str, tuple[Network, ...]]
    services: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_taken: tuple[str, ...] = ()

    @property
    def routes(self) -> tuple[Network, ...]:
        """Each once, of the families that are there."""
        return tuple(dict.fromkeys(one for some in self.to.values() for one in some))


def way(said: object) -> Way | None:
    """None where there is none yet. Raises UnfitError."""
    if said is None:
        return None
    try:
        said = _object(said)
        key, host, port, addresses = (said[name] for name in ("key", "host", "port", "addresses"))
        if len(base64.b64decode(key, validate=True)) != 32 or base64.b64encode(base64.b64decode(key)).decode() != key:
            raise UnfitError("its key is none")
        if not _HOST.fullmatch(host) or type(port) is not int or not 0 < port < 65_536:
            raise UnfitError("its end of the tunnel is no place")
        if not 1 <= len(addresses) <= 2:
            raise UnfitError("this device's addresses are none")
        resolvers = said.get("resolvers", ())
        if len(resolvers) > 2:
            raise UnfitError("names are asked at more places than there are")
        own, asked = (tuple(str(ip_address(one)) for one in some) for some in (addresses, resolvers))
        found = Way(key, host, port, own, asked)
        for one in (*own, *asked):
            _check(ip_network(one))
    except (KeyError, TypeError, ValueError):
        raise UnfitError("it is no tunnel") from None
    return found


def door(said: object, endpoint: str, domains: Sequence[str] = ()) -> Door | None:
    """None where nothing is open. Nothing of it leads to the tunnel's own end, at the address `endpoint`. Of names
    those are taken that nobody has on the internet, and those below `domains`. Raises UnfitError.
    """
    if said is None:
        return None
    try:
        said = _object(said)
        to: dict[str, tuple[Network, ...]] = {}
        if len(said["to"]) > MOST_NAMES:
            raise UnfitError("more is open than can be")
        for one in said["to"]:
            if not _NAME.fullmatch(one["name"]):
                raise UnfitError("what is open has no name")
            to[one["name"]] = tuple(ip_network(route) for route in one["routes"])
        services = tuple(str(one) for one in said["services"] if _NAME.fullmatch(one))
        names, not_taken = _names(said.get("names", {}), (*PRIVATE, *domains))
        found = Door(int(said["until"]), to, services, names, not_taken)
    except (KeyError, TypeError, ValueError):
        raise UnfitError("what is open can't be read") from None
    if len(found.routes) > MOST_ROUTES:
        raise UnfitError("more is open than can be")
    for route in found.routes:
        _check(route)
        if ip_address(endpoint) in route:
            raise UnfitError(f"{route} would lead the tunnel into itself")
    for name, addresses in found.names.items():
        if not all(any(ip_address(one) in route for route in found.routes) for one in addresses):
            raise UnfitError(f"{name} is where nothing is open")
    return found


def _names(said: object, domains: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    names = _object(said)
    if len(names) > MOST_NAMES:
        raise UnfitError("there are more names than can be")
    taken: dict[str, tuple[str, ...]] = {}
    for name, addresses in names.items():
        if not is_dns_name(name):
            raise UnfitError("a name is none")
        if any(name.endswith(f".{domain}") for domain in domains):
            taken[name] = tuple(str(ip_address(one)) for one in addresses)
    return taken, tuple(name for name in names if name not in taken)


def is_dns_name(name: str) -> bool:
    """Whether it is one in lowercase, with a dot at least."""
    return len(name) <= LONGEST_DNS_NAME and _DNS_NAME.fullmatch(name) is not None


def _object(said: object) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise TypeError
    return said


def _check(network: Network) -> None:
    first = network.network_address
    if network.prefixlen < SHORTEST[network.version]:
        raise UnfitError(f"{network} is far more than a company's network")
    if first.is_loopback or first.is_link_local or first.is_multicast or first.is_unspecified:
        raise UnfitError(f"{network} is this machine's own affair")
