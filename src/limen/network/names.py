"""The names of network.yaml: which there are, which are wrong, and what somebody meant who wrote one that is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import product
from typing import Any, Final

from limen.configuration.problem import DECLARE_GROUP, Complaint, shown, unknown
from limen.network.addresses import is_dns_name
from limen.network.built_in import BUILT_IN as NEVERS
from limen.network.model import ANY_SERVICE, EVERYTHING, INSIDE, INTERNET, NFTABLES
from limen.network.services import BUILT_IN as SERVICES, is_unnamed
from limen.network.shapes import (
    ADDRESS,
    ASKED_NOTHING,
    INTERFACE,
    LEG,
    NAME,
    WITH_UPLINKS,
    BlockShape,
    FileShape,
    FirewallShape,
    FlowShape,
    NeverShape,
    TrialShape,
    ZoneShape,
)
from limen.printable import is_printable

RESERVED: Final = {
    INTERNET: "the internet is there without being stated",
    INSIDE: "it stands for every zone but the internet",
    EVERYTHING: "it stands for every zone and the internet",
    ANY_SERVICE: "it stands for every service",
}
ONE_ZONE: Final = "what comes in by one interface is in one zone"
_FIX: Final = "use lowercase letters, digits and hyphens, at most 40, and begin with a letter"
_TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Templates of Terraform, which takes names of clouds, need braces."""
_TOLD_BY_LEGS: Final = frozenset({"unifi", *ASKED_NOTHING})
"""Kinds whose tags no file of Terraform names; what those of texts may hold is looked at as what a leg is called."""
_PLACE: Final = re.compile(r"[A-Za-z0-9/_.:@ -]+")
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")

OneWay = FlowShape | BlockShape | NeverShape | TrialShape


@dataclass(frozen=True, slots=True)
class Named:
    """Every name that the file gives, whether what bears it is right or not, so that no mistake makes another."""

    zones: frozenset[str]
    hosts: frozenset[str]
    services: frozenset[str]

    @classmethod
    def in_file(cls, file: FileShape) -> Named:
        return cls(frozenset(file.zones), frozenset(file.hosts), frozenset((*file.services, *SERVICES)))


def key_complaints(file: FileShape) -> Iterator[Complaint]:
    """What is wrong with the names that are keys; each complaint is about the key."""
    for section in ("zones", "hosts", "services", "firewalls"):
        for name in getattr(file, section):
            if not NAME.fullmatch(name):
                dns = ": a DNS name may lead elsewhere tomorrow" if is_dns_name(name) else ""
                yield (section, name), f"{shown(name)} can't be a name{dns}", _FIX
            elif name in RESERVED and section != "firewalls":
                yield (section, name), f"{shown(name)} can't be a name: {RESERVED[name]}", "choose another"
    for name in file.hosts:
        if name in file.zones:
            yield ("hosts", name), f"{shown(name)} is a zone already", "give the host another name"
    for name in file.services:
        if name in SERVICES:
            what = f"{shown(name)} is a built-in service: {', '.join(SERVICES[name])}"
            yield ("services", name), what, "give yours another name"
    for name in file.without:
        if name not in {one.id for one in NEVERS}:
            yield ("without", name), *unknown("built-in statement", name, [one.id for one in NEVERS])


def id_complaints(sections: dict[str, dict[int, OneWay]]) -> Iterator[Complaint]:
    """What is wrong with the ids of flows, blocks and statements, which are names of one list."""
    built_in = {one.id for one in NEVERS}
    counts = Counter(shape.id for shapes in sections.values() for shape in shapes.values())
    seen: set[str] = set()
    for section, shapes in sections.items():
        for number, shape in shapes.items():
            at = (section, number, "id")
            if not NAME.fullmatch(shape.id):
                yield at, f"{shown(shape.id)} can't be an ID", _FIX
            elif shape.id in built_in:
                yield at, f"{shown(shape.id)} is the ID of a built-in statement", "choose another"
            elif counts[shape.id] > 1 and shape.id in seen:
                yield at, f"the ID {shown(shape.id)} is used twice", "give one of them another ID"
            seen.add(shape.id)


def way_complaints(above: tuple[str | int, ...], shape: OneWay, named: Named) -> Iterator[Complaint]:
    """Which of the names of a flow, block or statement nothing bears."""
    for key, names in (("from", shape.source), ("to", shape.to)):
        for place, name in enumerate(names):
            if name not in {INTERNET, INSIDE, EVERYTHING} | named.zones | named.hosts:
                yield (*above, key, place), *_no_place(name, named)
        yield from _twice((*above, key), names)
    for place, name in enumerate(shape.service):
        if name != ANY_SERVICE and name not in named.services and not is_unnamed(name):
            otherwise = f"state it below `services`: `{name}: [tcp/8443]`" if NAME.fullmatch(name) else ""
            yield (*above, "service", place), *unknown("service", name, named.services, otherwise)
    yield from _twice((*above, "service"), shape.service)


def trial_complaints(trials: Mapping[int, TrialShape], named: Named) -> Iterator[Complaint]:
    """What can't be on trial: anything but a pair of zones, what comes from the internet, and a pair twice."""
    taken: dict[tuple[str, str], str] = {}
    for number, shape in trials.items():
        for key, names in (("from", shape.source), ("to", shape.to)):
            for place, name in enumerate(names):
                if name in {INSIDE, EVERYTHING} | named.hosts:
                    yield ("trial", number, key, place), f"{shown(name)} is no zone", "name each zone that is on trial"
                elif name == INTERNET and key == "from":
                    what = "what comes from the internet is never let through on trial"
                    yield ("trial", number, key, place), what, "write a flow for what has to come in"
        for pair in product(shape.source, shape.to):
            if taken.setdefault(pair, shape.id) != shape.id:
                what = f"{' to '.join(pair)} is on trial already, by {taken[pair]}"
                yield ("trial", number, "to"), what, "remove it from one of them"


def _no_place(name: str, named: Named) -> tuple[str, str]:
    if is_dns_name(name):
        what = f"{shown(name)} is a DNS name, which may lead to another address tomorrow"
        return what, "state a host with its addresses below `hosts`, and write its name here"
    try:
        ip_network(name, strict=False)
    except ValueError:
        known = {INTERNET, INSIDE, EVERYTHING} | named.zones | named.hosts
        return unknown("zone or host", name, known, "state it below `zones` or `hosts`")
    return f"{shown(name)} has no name", "state it below `zones` or `hosts`, and write its name here"


def _twice(at: tuple[str | int, ...], names: list[str]) -> Iterator[Complaint]:
    for name, count in Counter(names).items():
        if count > 1:
            yield at, f"{shown(name)} is named twice", "remove one of them"


def owner_complaint(owner: str, groups: Collection[str] | None) -> tuple[str, str] | None:
    """What is wrong with who is responsible for a flow, a zone or a host; None: nothing, or it can't be told."""
    if "@" in owner:
        is_address = ADDRESS.fullmatch(owner) is not None
        return None if is_address else (f"{shown(owner)} is not an email address", "write it whole")
    if groups is None or owner in groups:
        return None
    return unknown("group", owner, groups, f"{DECLARE_GROUP}, or write an email address")


def firewall_complaints(
    above: tuple[str | int, ...], shape: FirewallShape, place: str, zones: Collection[str], hosts: Collection[str]
) -> Iterator[Complaint]:
    """`place`: the key that says where a firewall of this kind is. A host may guard itself in place of a device."""
    if shape.host is not None and place == "device":
        place = "host"
    if place == "host" and shape.host is not None and shape.host not in hosts:
        yield (*above, "host"), *unknown("host", shape.host, hosts, "state it below `hosts`")
    for key in ("device", "host", "vpc", "network", "url"):
        is_said = getattr(shape, key) is not None
        if key == place and not is_said and shape.kind not in ASKED_NOTHING:
            yield above, f"nothing says where this firewall is: `{key}` is missing", "add it"
        elif key != place and is_said:
            yield (*above, key), f"a firewall of the kind {shape.kind} has no `{key}`", f"write `{place}`"
        elif is_said and key in {"vpc", "network"} and not _PLACE.fullmatch(getattr(shape, key)):
            yield (*above, key), f"{shown(getattr(shape, key))} can't be a name there", "write it as its vendor does"
    if shape.region is not None and shape.kind != "aws":
        yield (*above, "region"), f"a firewall of the kind {shape.kind} has no `region`", "remove it"
    if shape.uplink is not None and shape.kind not in WITH_UPLINKS:
        yield (*above, "uplink"), f"a firewall of the kind {shape.kind} has no `uplink`", "remove it"
    if shape.uplink is not None and shape.kind in ASKED_NOTHING and len(shape.uplink) > 1:
        yield (
            (*above, "uplink", 1),
            f"a firewall of the kind {shape.kind} has one uplink",
            "name the zone that both are in",
        )
    for number, zone in enumerate(shape.zones or ()):
        if zone not in zones:
            yield (*above, "zones", number), *unknown("zone", zone, zones)


def probe_complaints(above: tuple[str | int, ...], shape: FirewallShape) -> Iterator[Complaint]:
    """A canary is in one zone, and Limen's program runs there."""
    if shape.probes and (shape.kind != NFTABLES or shape.host is None):
        yield (*above, "probes"), "only a server that guards itself probes other zones", "name the server by `host`"


def uplink_complaints(
    above: tuple[str | int, ...], firewall: FirewallShape, interfaces: Mapping[str, str]
) -> Iterator[Complaint]:
    """`interfaces`: those that lead to a zone, and to which."""
    seen: set[str] = set()
    for number, uplink in enumerate(firewall.uplink or ()):
        at = (*above, "uplink", number)
        if not (LEG if firewall.kind in ASKED_NOTHING else INTERFACE).fullmatch(uplink):
            yield at, f"{shown(uplink)} can't be an interface's name", "write it as `ip link` shows it, such as eth0"
        elif uplink in interfaces:
            yield at, f"{uplink} is the interface of {interfaces[uplink]} already", ONE_ZONE
        elif uplink in seen:
            yield at, f"{uplink} is there already", "remove it"
        seen.add(uplink)


def leg_complaints(above: tuple[str | int, ...], shape: ZoneShape) -> Iterator[Complaint]:
    """What is wrong with what firewalls that only load a text call a zone."""
    for kind in ASKED_NOTHING:
        if (tag := shape.tags.get(kind)) is not None and not LEG.fullmatch(tag):
            what = f"{shown(tag)} can't be what a firewall calls a zone"
            yield (*above, kind), what, "write it with letters, digits and . _ / : - alone, 31 at most"


def tag_complaints(zones: Mapping[str, ZoneShape]) -> Iterator[Complaint]:
    """What two zones are called alike, or what Limen's own groups are: the rules of the one would be the other's."""
    taken: dict[tuple[str, str], str] = {}
    for name, zone in zones.items():
        for cloud, tag in zone.tags.items():
            at = ("zones", name, "tags", cloud)
            if cloud not in _TOLD_BY_LEGS and not _TAG.fullmatch(tag):
                yield at, f"{shown(tag)} can't be a name there", "use letters, digits, `-`, `_` and `.`"
            elif tag.casefold().startswith("limen-"):
                yield (
                    at,
                    f"{shown(tag)} is a name of what Limen writes itself",
                    "remove it, or name what was there before",
                )
            elif (other := taken.setdefault((cloud, tag.casefold()), name)) != name:
                yield at, f"{shown(tag)} is {other} already", "give each zone what only it is called"


def wireguard_complaints(firewalls: Mapping[str, FirewallShape], zones: Mapping[str, ZoneShape]) -> Iterator[Complaint]:
    """What is wrong with the tunnels: they have one end, and its interface is that of a zone of the kind vpn."""
    ends = {name: one.wireguard for name, one in firewalls.items() if one.wireguard is not None}
    of_vpn = {one.interface for one in zones.values() if one.kind == "vpn" and one.interface}
    for place, (name, said) in enumerate(ends.items()):
        at = ("firewalls", name, "wireguard")
        if firewalls[name].kind != NFTABLES:
            yield at, f"a firewall of the kind {firewalls[name].kind} has no tunnels of Limen's", "remove it"
        if place:
            yield at, f"tunnels end at {next(iter(ends))} already", "remove one of the two"
        if said.interface not in of_vpn:
            what = f"no zone of the kind vpn has the interface {shown(said.interface)}"
            yield (*at, "interface"), what, "give a zone of that kind this `interface`, and prefixes for the tunnels"
        if not _ENDPOINT.fullmatch(said.endpoint):
            yield (
                (*at, "endpoint"),
                f"{shown(said.endpoint)} is no name and no address",
                "write it as vpn.harbor.example",
            )


def unprintable(values: Iterable[tuple[tuple[str | int, ...], Any]]) -> Iterator[Complaint]:
    """Texts that would steer a terminal, or can't be displayed."""
    for at, value in values:
        if isinstance(value, str) and not is_printable(value):
            yield at, f"{shown(value)} contains characters that can't be displayed", "remove them"
