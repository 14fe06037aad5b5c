"""Packets by the names that people gave: `office → erp: https`, as few lines as say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from limen.network.compiling import Places
from limen.network.model import ANY_SERVICE, Network, Ports
from limen.network.packets import address_of
from limen.network.packets.box import ANY_PORT, ANY_PROTOCOL, ICMP, ICMPV6, Box, Interval

Intervals: TypeAlias = tuple[Interval, ...]
_PROTOCOLS: Final = {1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 58: "icmpv6", 132: "sctp"}
MOST_ADDRESSES: Final = 4
"""That a line writes out; then it says `…`."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """From where to where by which services, by names where there are some, and else as `office (10.10.0.7)` and
    `tcp/8443`. `families`: (4,), (6,), or both. `rule_ids`: those that let it through.
    """

    source: str
    destination: str
    services: tuple[str, ...]
    families: tuple[int, ...]
    rule_ids: tuple[str, ...]

    def __str__(self) -> str:
        only = "" if len(self.families) > 1 else f", IPv{self.families[0]}"
        return f"{self.source} → {self.destination}: {', '.join(self.services)}{only} ({', '.join(self.rule_ids)})"


class Named(NamedTuple):
    """What is to be said: these packets between these zones, by the rule with this id."""

    from_zone: str
    to_zone: str
    box: Box
    rule_id: str


class _Kind(NamedTuple):
    protocol: Interval
    port: Interval
    source_port: Interval


def lines(packets: Iterable[Named], network: Network, naming: Naming | None = None) -> tuple[Reachable, ...]:
    """Sorted by zones. What differs in its addresses alone is joined before it is named. `naming`: that of the network,
    where much is said of it.
    """
    naming = naming or Naming(network)
    by_sources: dict[tuple[str, str, int, Interval, _Kind, str], list[Interval]] = {}
    for from_zone, to_zone, box, rule_id in packets:
        family, source, destination, *kind = box
        by_sources.setdefault((from_zone, to_zone, family, destination, _Kind(*kind), rule_id), []).append(source)
    by_destinations: dict[tuple[str, str, int, Intervals, _Kind, str], list[Interval]] = {}
    for (from_zone, to_zone, family, destination, kind_, rule_id), sources in by_sources.items():
        key = from_zone, to_zone, family, _joined(sources), kind_, rule_id
        by_destinations.setdefault(key, []).append(destination)
    ways: dict[tuple[str, str, str, str], dict[tuple[int, _Kind], set[str]]] = {}
    for (from_zone, to_zone, family, whole, kind_, rule_id), destinations in by_destinations.items():
        for one in naming.places(from_zone, family, whole):
            for other in naming.places(to_zone, family, _joined(destinations)):
                ways.setdefault((from_zone, to_zone, one, other), {}).setdefault((family, kind_), set()).add(rule_id)
    return tuple(
        line
        for (from_zone, to_zone, one, other), kinds in sorted(ways.items())
        for line in _lines_of(one, other, kinds, naming, naming.families(from_zone, to_zone, one, other))
    )


def _lines_of(
    source: str, destination: str, kinds: Mapping[tuple[int, _Kind], set[str]], naming: Naming, whole: tuple[int, ...]
) -> Iterator[Reachable]:
    """One line for each set of families and rules. Where both ends have one family only, it needs no word."""
    services: dict[tuple[tuple[int, ...], tuple[str, ...]], list[str]] = {}
    for service, (families, rule_ids) in naming.services(kinds, whole).items():
        services.setdefault((families, rule_ids), []).append(service)
    for (families, rule_ids), some in services.items():
        yield Reachable(source, destination, tuple(some), families, rule_ids)


class Naming:
    """What the addresses and services of a network are called."""

    def __init__(self, network: Network) -> None:
        self._network = network
        places = Places(network)
        self._names: dict[tuple[str, int, Intervals], str] = {}
        self._families: dict[str, set[int]] = {}
        self._hosts: dict[tuple[str, int, Interval], str] = {}
        for name in (*network.host_of, *network.zone_names):
            own = places.of(name)
            zone = network.host_of[name].zone if name in network.host_of else name
            for family in {one for _, one, _ in own}:
                intervals = _joined([interval for _, one, interval in own if one == family])
                self._names[zone, family, intervals] = name
                self._families.setdefault(name, set()).add(family)
                if name in network.host_of:
                    self._hosts |= {(zone, family, one): name for one in intervals}

    def places(self, zone: str, family: int, intervals: Intervals) -> list[str]:
        """A zone or host where that is what it is; several hosts by their names; and else a zone with addresses."""
        name = self._names.get((zone, family, intervals))
        if name:
            return [name]
        hosts = [self._hosts.get((zone, family, one)) for one in intervals]
        if all(hosts):
            return [one for one in hosts if one]
        return [f"{zone} ({', '.join(_written(family, intervals))})"]

    def families(self, from_zone: str, to_zone: str, source: str, destination: str) -> tuple[int, ...]:
        """The families that both ends have."""
        one = self._families.get(source, self._families.get(from_zone, {4, 6}))
        other = self._families.get(destination, self._families.get(to_zone, {4, 6}))
        return tuple(sorted(one & other))

    def services(
        self, kinds: Mapping[tuple[int, _Kind], set[str]], whole: tuple[int, ...]
    ) -> dict[str, tuple[tuple[int, ...], tuple[str, ...]]]:
        """By name: in which families (both, where it is in all that the ends have), and the ids of rules."""
        left = dict(kinds)
        found: dict[str, dict[int, set[str]]] = {}
        for name, parts in self._parts():
            for family in (4, 6):
                own = [
                    (family, _Kind(part.protocol, part.ports, ANY_PORT)) for part in parts if family in part.families
                ]
                if own and all(one in kinds for one in own):
                    found.setdefault(name, {})[family] = set().union(*(kinds[one] for one in own))
                    for one in own:
                        left.pop(one, None)
        for (family, kind), rule_ids in left.items():
            found.setdefault(_spelled(kind), {}).setdefault(family, set()).update(rule_ids)
        return {
            name: (
                (4, 6) if set(whole) <= families.keys() or _is_of_one_family(name) else tuple(sorted(families)),
                tuple(sorted(set().union(*families.values()))),
            )
            for name, families in found.items()
        }

    def _parts(self) -> Iterator[tuple[str, Sequence[Ports]]]:
        yield ANY_SERVICE, (Ports(),)
        yield from ((one.name, one.parts) for one in self._network.services)


def _is_of_one_family(service: str) -> bool:
    return service.partition("/")[0] in {_PROTOCOLS[ICMP], _PROTOCOLS[ICMPV6]}


def _joined(intervals: Iterable[Interval]) -> Intervals:
    """In their order, neighbours as one."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return tuple(found)


def _written(family: int, intervals: Intervals) -> Iterator[str]:
    """Addresses as people write them: networks where they are some, and else the first and the last."""
    for low, high in intervals[:MOST_ADDRESSES]:
        yield _address_range(family, low, high)
    if len(intervals) > MOST_ADDRESSES:
        yield "…"


def _address_range(family: int, low: int, high: int) -> str:
    first, last = address_of(family, low), address_of(family, high)
    free = (low ^ high).bit_length()
    if low == high:
        return str(first)
    if high - low + 1 == 1 << free and not low & (1 << free) - 1:
        return f"{first}/{first.max_prefixlen - free}"
    return f"{first}-{last}"


def _spelled(kind: _Kind) -> str:
    """`tcp/8000-8100`, `icmp`, `protocol 47`, `protocols 7-16`; `from 1024-65535` beside it where the source port
    matters.
    """
    low, high = kind.protocol
    if kind.protocol == ANY_PROTOCOL:
        name = ANY_SERVICE
    else:
        name = _PROTOCOLS.get(low, f"protocol {low}") if low == high else f"protocols {low}-{high}"
    ports = "" if kind.port == ANY_PORT else f"/{_range(kind.port)}"
    return name + ports + ("" if kind.source_port == ANY_PORT else f" from {_range(kind.source_port)}")


def _range(ports: Interval) -> str:
    return str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"
