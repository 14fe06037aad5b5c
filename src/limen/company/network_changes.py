"""Which addresses are in another of the company's networks than before, and what policies say of whoever is there.

An address is in the narrowest network that holds it. Policies see its name, `context.place.network`, and nothing else
of it; so an address that moves from one network to another is answered as the policies answer with the one name and
with the other. `at_network` makes these policies: the name in them is a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range
from typing import Any, Final, TypeAlias

from limen.company.company import Company
from limen.policy import Engine

Network: TypeAlias = IPv4Network | IPv6Network
Named: TypeAlias = tuple[tuple[str, Network], ...]
"""Networks with their names, the narrowest first, as `Company.networks` has them."""
_PLACE: Final = {".": {"left": {"Var": "context"}, "attr": "place"}}
_NETWORK: Final = {".": {"left": _PLACE, "attr": "network"}}
MOST_TOLD: Final = 4


@dataclass(frozen=True, slots=True)
class Moved:
    """These addresses were in the network `was` and are in `now` ("": in none)."""

    was: str
    now: str
    addresses: tuple[Network, ...]


def moved(before: Named, after: Named) -> tuple[Moved, ...]:
    """Every address that changes its network, with its like together."""
    found: dict[tuple[str, str], list[Network]] = {}
    for version, last in ((4, (1 << 32) - 1), (6, (1 << 128) - 1)):
        was, now = ([one for one in some if one[1].version == version] for some in (before, after))
        starts = {0}
        for _, network in (*was, *now):
            starts |= {int(network.network_address), int(network.broadcast_address) + 1}
        ordered = sorted(one for one in starts if one <= last)
        for start, end in zip(ordered, [*(one - 1 for one in ordered[1:]), last], strict=True):
            names = _holding(was, start), _holding(now, start)
            if names[0] != names[1]:
                found.setdefault(names, []).extend(_summarised(version, start, end))
    return tuple(Moved(was, now, tuple(_collapsed(some))) for (was, now), some in found.items())


def _summarised(version: int, start: int, end: int) -> Iterator[Network]:
    if version == 4:
        return summarize_address_range(IPv4Address(start), IPv4Address(end))
    return summarize_address_range(IPv6Address(start), IPv6Address(end))


def _holding(networks: Iterable[tuple[str, Network]], address: int) -> str:
    """The name of the narrowest that holds it; "" for none."""
    for name, network in networks:
        if int(network.network_address) <= address <= int(network.broadcast_address):
            return name
    return ""


def _collapsed(networks: Iterable[Network]) -> Iterator[Network]:
    """Neighbours that make one network, as one."""
    some = list(networks)
    for version in (IPv4Network, IPv6Network):
        kept = sorted(one for one in some if isinstance(one, version))
        done: list[Network] = []
        for one in kept:
            done.append(one)
            while len(done) > 1 and done[-1].prefixlen == done[-2].prefixlen and _is_pair(done[-2], done[-1]):
                done[-2:] = [done[-2].supernet()]
        yield from done


def _is_pair(one: Network, other: Network) -> bool:
    return one.prefixlen > 0 and one.supernet() == other.supernet()


def addresses_said(networks: tuple[Network, ...]) -> str:
    """`0.0.0.0/0`, or the first ranges and how many more there are."""
    told = [str(one) for one in sorted(networks, key=lambda one: one.prefixlen)[:MOST_TOLD]]
    more = len(networks) - len(told)
    return ", ".join(told) + (f" and {more} more ranges" if more > 0 else "")


def reads_networks(company: Company) -> bool:
    """Does any policy look at the name of a network?"""
    return any(_reads(body) for body in company.policies.tree["staticPolicies"].values())


def at_network(company: Company, name: str) -> Engine:
    """The company's policies for whoever is in this network ("": in none)."""
    bodies: Mapping[str, Any] = company.policies.tree["staticPolicies"]
    touched = {one for one, body in bodies.items() if _reads(body)}
    tree = {
        **company.policies.tree,
        "staticPolicies": {one: _with(body, name) if one in touched else body for one, body in bodies.items()},
    }
    read = {one: timed for one, timed in company.policies.read.items() if one not in touched}
    return Engine(tree, company.revision, company.settings.zone, read=read)


def _reads(node: Any) -> bool:
    if node == _NETWORK:
        return True
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
    return any(_reads(one) for one in parts)


def _with(node: Any, name: str) -> Any:
    if node == _NETWORK:
        return {"Value": name}
    if isinstance(node, dict):
        return {key: _with(one, name) for key, one in node.items()}
    if isinstance(node, list | tuple):
        return [_with(one, name) for one in node]
    return node
