"""Rules of security groups and entries of network ACLs, as few as say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import collapse_addresses, ip_network, summarize_address_range
from typing import Final, Literal, TypeAlias

from limen.network.packets import ANY_PORT, Interval, address_of

Way: TypeAlias = Literal["ingress", "egress"]
EVERYBODY: Final = {4: "0.0.0.0/0", 6: "::/0"}
ALL: Final = -1
"""In place of a protocol: every one."""


@dataclass(frozen=True, slots=True)
class GroupRule:
    """`peer` is a prefix of `family`, or with family 0 a group. `ids`: the flows that it is there for."""

    group: str
    way: Way
    family: int
    peer: str
    protocol: int
    ports: Interval
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AclEntry:
    """What the ACL of a zone's subnets denies, of packets to or from these addresses. `ids`: the flows beside which it
    is needed.
    """

    zone: str
    way: Way
    family: int
    peer: str
    protocol: int
    ports: Interval
    ids: tuple[str, ...]


def host_group(zone: str, host: str) -> str:
    """The group of a host alone. Names have no dot, so it is no zone's, nor that of another zone's host."""
    return f"limen-{zone}.{host}"


def prefixes(family: int, interval: Interval) -> list[str]:
    first, last = (address_of(family, one) for one in interval)
    return [str(one) for one in summarize_address_range(first, last)]


def merged(rules: Iterable[GroupRule]) -> list[GroupRule]:
    """The same with fewer rules: prefixes that make up a wider one, and ports beside one another. In a stable order."""
    by_ports: dict[GroupRule, list[GroupRule]] = {}
    for one in rules:
        by_ports.setdefault(replace(one, peer="" if one.family else one.peer, ids=()), []).append(one)
    fewer = [rule for like, same in by_ports.items() for rule in (_wider(like, same) if like.family else _once(same))]
    by_peer: dict[GroupRule, list[GroupRule]] = {}
    for one in fewer:
        by_peer.setdefault(replace(one, ports=ANY_PORT, ids=()), []).append(one)
    return [rule for same in by_peer.values() for rule in _joined(same)]


def _once(same: list[GroupRule]) -> list[GroupRule]:
    return [replace(same[0], ids=_ids(same))]


def _wider(like: GroupRule, same: list[GroupRule]) -> Iterator[GroupRule]:
    nets = [(ip_network(one.peer), one) for one in same]
    for wide in collapse_addresses([net for net, _ in nets]):  # type: ignore[type-var]
        within = [one for net, one in nets if net.subnet_of(wide)]  # type: ignore[arg-type]
        yield replace(like, peer=str(wide), ids=_ids(within))


def _joined(same: list[GroupRule]) -> list[GroupRule]:
    joined: list[GroupRule] = []
    for one in sorted(same, key=lambda rule: rule.ports):
        last = joined[-1] if joined else None
        if last and one.ports[0] <= last.ports[1] + 1:
            ports = last.ports[0], max(last.ports[1], one.ports[1])
            joined[-1] = replace(last, ports=ports, ids=_ids([last, one]))
        else:
            joined.append(one)
    return joined


def _ids(rules: Iterable[GroupRule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for one in rules for id_ in one.ids))
