"""Addresses and services that policies of FortiOS name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final, TypeVar

from limen.network.packets import ANY_PORT, Interval
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.fortigate_words import Entry, Section, Sections
from limen.network.reading.intervals import number, port_interval, prefix_interval, range_interval
from limen.network.reading.named_objects import (
    EVERY_ADDRESS,
    EVERY_KIND,
    Addresses,
    Kind,
    Named,
    kind_of,
    ports_of,
    refuse_objects,
    without,
)
from limen.network.reading.reading import refuse_beyond

T = TypeVar("T")
_SCTP: Final = 132
_MOST_PAIRS: Final = 2_000_000
_PORTED: Final = {"tcp-portrange": TCP, "udp-portrange": UDP, "sctp-portrange": _SCTP}
_OF_SERVICE: Final = frozenset(
    {
        *("protocol", "icmptype", "protocol-number", "category", "comment", "color", "visibility", "uuid", "proxy"),
        *("session-ttl", "tcp-halfclose-timer", "tcp-halfopen-timer", "tcp-timewait-timer", "udp-idle-timer", "helper"),
        *("tcp-rst-timer", "fabric-object", "check-reset-range", *_PORTED),
    }
)
"""Settings of a service that are understood, or say nothing of packets."""
_BUILT_IN: Final[dict[str, tuple[Kind, ...]]] = {
    "ALL": (EVERY_KIND,),
    "ALL_TCP": (kind_of(TCP, (1, 65_535)),),
    "ALL_UDP": (kind_of(UDP, (1, 65_535)),),
    "ALL_ICMP": (kind_of(ICMP)._replace(families=(4,)),),
    "ALL_ICMP6": (kind_of(ICMPV6)._replace(families=(6,)),),
}
"""Services that are there although a file may not show them (FortiOS Administration Guide, "Services")."""


@dataclass
class Objects:
    """`mapped`: names of virtual addresses, which policies call by what they lead to."""

    addresses: dict[int, AddressGroups]
    services: Named[Kind]
    mapped: frozenset[str]


def objects_of(sections: Sections) -> Objects:
    """Raises UnreadableError."""

    def entries(name: str) -> dict[str, Entry]:
        return {key: one for key, one in sections.get(name, Section()).entries.items() if key}

    addresses: dict[int, AddressGroups] = {}
    for family, end in ((4, ""), (6, "6")):
        plain: dict[str, Addresses] = {"all": tuple(one for one in EVERY_ADDRESS if one[0] == family), "none": ()}
        plain |= _plain(entries(f"firewall address{end}"), _ADDRESS_OF[family])
        plain |= _plain(entries(f"firewall vip{end}"), _mapped)
        stated = {**entries(f"firewall vipgrp{end}"), **entries(f"firewall addrgrp{end}")}
        groups: dict[str, Sequence[str]] = {name: one.get("member", []) for name, one in stated.items()}
        less = {name: one.get("exclude-member", []) for name, one in stated.items() if one.get("exclude") == ["enable"]}
        addresses[family] = AddressGroups(plain, groups, family=family, less=less)
        refuse_objects(plain, groups)
    services = Named(_BUILT_IN | _plain(entries("firewall service custom"), _kinds), {})
    services.groups = {name: one.get("member", []) for name, one in entries("firewall service group").items()}
    refuse_objects(services.plain, services.groups)
    virtual = ("firewall vip", "firewall vip6", "firewall vipgrp", "firewall vipgrp6")
    return Objects(addresses, services, frozenset(name for one in virtual for name in entries(one)))


def _plain(entries: dict[str, Entry], read: Callable[[Entry], tuple[T, ...]]) -> dict[str, tuple[T, ...]]:
    """Those that can be read; what is left out is named where a policy asks for it."""
    found: dict[str, tuple[T, ...]] = {}
    for name, one in entries.items():
        try:
            found[name] = read(one)
        except (ValueError, IndexError):
            continue
    return found


@dataclass
class AddressGroups(Named[tuple[int, Interval]]):
    """`less`: by group the names whose addresses are taken out of it."""

    family: int = 4
    less: dict[str, list[str]] = field(default_factory=dict)

    def _together(self, name: str, above: tuple[str, ...]) -> Addresses | None:
        members = super()._together(name, above)
        for taken in self.less.get(name, ()):
            out = self._of(taken, (*above, name))
            members = None if members is None or out is None else _both(members, without(out, [self.family]))
        return members


def _both(some: Addresses, others: Addresses) -> Addresses:
    refuse_beyond(len(some) * len(others), _MOST_PAIRS, "addresses beside those that a group leaves out")
    return tuple(
        (family, (max(low, lower), min(high, higher)))
        for family, (low, high) in some
        for other, (lower, higher) in others
        if family == other and max(low, lower) <= min(high, higher)
    )


def _address(one: Entry) -> tuple[tuple[int, Interval], ...]:
    """Raises ValueError for what stands for no fixed addresses: a name of DNS, a country, a wildcard."""
    kind = one.get("type", ["ipmask"])[0]
    if kind == "ipmask":
        if "subnet" not in one:
            return (EVERY_ADDRESS[0],)
        address, mask = one["subnet"]
        return (prefix_interval(str(ip_network(f"{address}/{mask}", strict=False))),)
    if kind == "iprange":
        return (range_interval(one.get("start-ip", [""])[0], one.get("end-ip", [""])[0]),)
    raise ValueError(kind)


def _address_of_6(one: Entry) -> tuple[tuple[int, Interval], ...]:
    kind = one.get("type", ["ipprefix"])[0]
    if kind == "ipprefix":
        return (prefix_interval(one.get("ip6", ["::/0"])[0]),)
    if kind == "iprange":
        return (range_interval(one.get("start-ip", [""])[0], one.get("end-ip", [""])[0]),)
    raise ValueError(kind)


_ADDRESS_OF: Final = {4: _address, 6: _address_of_6}


def _mapped(one: Entry) -> tuple[tuple[int, Interval], ...]:
    """What a virtual address leads to. Raises ValueError."""
    if one.get("type", ["static-nat"])[0] != "static-nat" or not one.get("mappedip"):
        raise ValueError
    found = []
    for said in one["mappedip"]:
        first, _, last = said.partition("-")
        found.append(range_interval(first, last or first))
    return tuple(found)


def _kinds(one: Entry) -> tuple[Kind, ...]:
    """Raises ValueError for what is not understood."""
    if set(one) - _OF_SERVICE:
        raise ValueError
    protocol = one.get("protocol", ["TCP/UDP/SCTP"])[0]
    if protocol in {"ICMP", "ICMP6"}:
        value, family = (ICMP, 4) if protocol == "ICMP" else (ICMPV6, 6)
        types = one.get("icmptype", [])
        if len(types) > 1:
            raise ValueError(types)
        ports = (number(types[0]),) * 2 if types else ANY_PORT
        return (kind_of(value, ports)._replace(families=(family,)),)
    if protocol == "IP":
        value = number(one.get("protocol-number", ["0"])[0])
        if value > 255:
            raise ValueError(value)
        return (kind_of(value) if value else EVERY_KIND,)
    if protocol not in {"TCP/UDP/SCTP", "TCP/UDP/UDP-Lite/SCTP"}:
        raise ValueError(protocol)
    return tuple(kind for name, value in _PORTED.items() for said in one.get(name, []) for kind in _ranges(value, said))


def _ranges(protocol: int, said: str) -> Iterator[Kind]:
    """`443`, `8000-8010`, and behind a colon the ports that packets come from."""
    ports, _, sources = said.partition(":")
    yield from ports_of(protocol, [port_interval(ports, "-")], [port_interval(sources, "-")] if sources else [ANY_PORT])
