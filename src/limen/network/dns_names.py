"""DNS names in network.yaml, by which devices find hosts through a tunnel: which can't be one, and which are two's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from limen.configuration.problem import Complaint, shown
from limen.network.model import Network
from limen.network.shapes import FirewallShape, HostShape

PRIVATE: Final = ("internal", "home.arpa")
"""What nobody has on the internet, so that no name of it is taken from anybody (RFC 8375, and ICANN for `internal`)."""
_LONGEST: Final = 200
_NAME: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_SOMEBODYS: Final = {
    "local": "it belongs to multicast DNS (RFC 6762)",
    "localhost": "it is each machine itself (RFC 6761)",
    "onion": "it belongs to Tor (RFC 7686)",
    "alt": "it is for other systems than DNS (RFC 9476)",
    "arpa": "it is for the internet's own needs, but for home.arpa (RFC 8375)",
}


def dns_complaints(hosts: Mapping[str, HostShape], firewalls: Mapping[str, FirewallShape]) -> Iterator[Complaint]:
    """What is wrong with the domain of the tunnels, and with the names of hosts."""
    domain = ""
    for firewall, shape in firewalls.items():
        if shape.wireguard is not None and shape.wireguard.domain is not None:
            domain = shape.wireguard.domain
            yield from _unfit(("firewalls", firewall, "wireguard", "domain"), domain)
    taken = {f"{name}.{domain}": name for name in hosts}
    for host, of in hosts.items():
        for number, name in enumerate(of.names):
            at = ("hosts", host, "names", number)
            yield from _unfit(at, name)
            if not domain:
                what = f"nobody could ask for {shown(name)}: no tunnels have a `domain`"
                yield at, what, "give the firewall's `wireguard:` one, such as harbor.internal"
            elif name in taken:
                yield at, f"{shown(name)} is a name of {taken[name]} already", "remove it from one of them"
            taken.setdefault(name, host)


def _unfit(at: tuple[str | int, ...], name: str) -> Iterator[Complaint]:
    last = name.rpartition(".")[2]
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        yield at, f"{shown(name)} can't be a DNS name here", "write it in lowercase, as harbor.internal"
    elif last in _SOMEBODYS and not is_private(name):
        yield at, f"{shown(name)} can't be a DNS name here: {_SOMEBODYS[last]}", "take one below `internal`"


def is_private(name: str) -> bool:
    """Whether nobody has this name on the internet."""
    return any(f".{name}".endswith(f".{one}") for one in PRIVATE)


def public_names(network: Network) -> tuple[str, ...]:
    """Those that somebody may have on the internet: the domain of the tunnels, and names of hosts."""
    domains = [one.wireguard.domain for one in network.firewalls if one.wireguard is not None and one.wireguard.domain]
    named = (*domains, *(name for host in network.hosts for name in host.names))
    return tuple(one for one in named if not is_private(one))
