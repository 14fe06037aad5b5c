"""Where apps are behind the gateway, as canaries try them: whoever gets there directly meets no policy. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from limen.facts import LIMEN, App
from limen.network.model import Host, Network

_PORTS: Final = {"http": 80, "https": 443}
_THIS_MACHINE: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the app of this id is: a name or an address, and a port of TCP."""

    app: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is on Limen's own machine, where nobody else can ask it by this address."""
        if self.host == _THIS_MACHINE or self.host.endswith(f".{_THIS_MACHINE}"):
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def host_in(self, network: Network) -> Host | None:
        """The stated host that it is; None where network.yaml has none."""
        return next((one for one in network.hosts if self.is_at(one)), None)

    def is_at(self, host: Host) -> bool:
        addresses = {str(one.network_address) for one in host.addresses}
        return self.host in {host.name, *host.names, *addresses}


def upstreams(apps: Iterable[App]) -> tuple[Upstream, ...]:
    """Those of apps that the gateway, or a front, protects; by the id of the app."""
    found = []
    for one in apps:
        if one.id != LIMEN and one.host and one.upstream.url:
            at = urlsplit(one.upstream.url)
            found.append(Upstream(one.id, (at.hostname or "").lower(), at.port or _PORTS.get(at.scheme, 0)))
    return tuple(sorted(found, key=lambda each: each.app))
