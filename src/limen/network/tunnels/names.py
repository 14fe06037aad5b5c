"""Names by which a device finds what is open to it through its tunnel, and which addresses each is then (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from limen.facts.network_service import NetworkService
from limen.network.doors.model import Opening, rules_of
from limen.network.model import Host, Network
from limen.network.tunnels.model import end_of_tunnels

MOST_OF_ONE: Final = 50
"""Names that one door may bring."""


def names_of(opening: Opening, service: NetworkService, network: Network) -> dict[str, tuple[str, ...]]:
    """Each name with its addresses, none of which the door leaves closed; nothing where tunnels have no domain."""
    end = end_of_tunnels(network)
    domain = end.wireguard.domain if end is not None else ""
    if not domain or not opening.tunnel:
        return {}
    destinations = {(rule.box.family, rule.box.destination) for rule in rules_of(opening, service, network)}

    def is_open(family: int, number: int) -> bool:
        return any(version == family and low <= number <= high for version, (low, high) in destinations)

    found: dict[str, tuple[str, ...]] = {}
    for name, host in islice(_named(opening.app, service, network, domain), MOST_OF_ONE):
        addresses = [one for one in host.addresses if is_open(one.version, int(one.network_address))]
        if addresses:
            found[name] = tuple(str(one.network_address) for one in addresses)
    return found


def _named(app: str, service: NetworkService, network: Network, domain: str) -> Iterator[tuple[str, Host]]:
    """Every name of the hosts that an app leads to, and its own name where that is one host."""
    hosts = [host for name in service.to for host in _hosts(network, name)]
    for host in hosts:
        yield f"{host.name}.{domain}", host
        yield from ((name, host) for name in host.names)
    if len(hosts) == 1 and app not in network.host_of:
        yield f"{app}.{domain}", hosts[0]


def _hosts(network: Network, name: str) -> tuple[Host, ...]:
    if name in network.host_of:
        return (network.host_of[name],)
    return tuple(one for one in network.hosts if one.zone == name)
