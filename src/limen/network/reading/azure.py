"""Network security groups of Azure, as `az network nsg list` or the API prints them, as a Ruleset.

Each group is a zone: its subnets and interfaces. Rules go by priority, in each direction, and behind them come those
that every group has (Microsoft Learn, "Network security groups"). Tags that stand for addresses which Microsoft keeps
are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from limen.network.model import INTERNET
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Rule, every_packet
from limen.network.packets.box import ICMP, LAST_ADDRESS, of_one_family
from limen.network.reading.intervals import port_interval, prefix_interval
from limen.network.reading.json_documents import merged, objects, refuse_without, text, texts, whole
from limen.network.reading.reading import (
    MOST_ZONES,
    Errs,
    NotUnderstood,
    Reading,
    not_understood,
    refuse_beyond,
)
from limen.network.reading.stages import Guards, Known, Passing, held_rules

PROTOCOLS: Final = {
    "tcp": (6, 6),
    "udp": (17, 17),
    "icmp": (ICMP, ICMP),
    "esp": (50, 50),
    "ah": (51, 51),
    "*": ANY_PROTOCOL,
}
_ALL: Final = {every_packet(4), every_packet(6)}
_BALANCER: Final = "168.63.129.16/32"
"""The address that probes of load balancers come from (Microsoft Learn, "What is IP address 168.63.129.16?")."""
_LAST_PRIORITY: Final = 65_500


def read_azure(*documents: Mapping[str, Any], known: Known | None = None) -> Reading:
    """`documents` are lists of network security groups. Raises UnreadableError."""
    together = merged(documents)
    refuse_without(together, "", "value")
    groups = [one for key in ("", "value") for one in objects(together, key)]
    refuse_beyond(len(groups), MOST_ZONES, "network security groups")
    doubts: list[NotUnderstood] = []
    guards = {}
    for one in groups:
        name = text(one, "name")
        ways = {way: list(_rules(one, way, doubts)) for way in ("Inbound", "Outbound")}
        if known is None:
            guards[name] = Guards((ways["Outbound"],), (ways["Inbound"],))
            continue
        if name not in known.groups:
            doubts.append(not_understood(name, "no zone has it", Errs.EITHER))
        for zone in dict.fromkeys(zone for zone, _, _ in known.groups.get(name, ())):
            held = [one for one in known.groups[name] if one[0] == zone]
            outward = list(held_rules(ways["Outbound"], held, is_source=True))
            guards[zone] = Guards((outward,), (list(held_rules(ways["Inbound"], held, is_source=False)),))
    zones = tuple(known.places) if known else (*guards, INTERNET)
    return Reading("azure", Passing(zones, guards, known.places if known else None).ruleset(), tuple(doubts))


def _rules(group: Mapping[str, Any], way: str, doubts: list[NotUnderstood]) -> Iterator[Rule]:
    where = _said(group)
    stated = [_said(one) | {"name": text(one, "name")} for one in objects(where, "securityRules")]
    ends = [_said(one) | {"name": text(one, "name")} for one in objects(where, "defaultSecurityRules")]
    met = [one for one in (*stated, *(ends or _ENDS)) if text(one, "direction").casefold() in {way.casefold(), ""}]
    odd = [one for one in stated if text(one, "direction").casefold() not in {"inbound", "outbound", ""}]
    doubts += [not_understood(text(one, "name"), f"the direction {text(one, 'direction')}", Errs.EITHER) for one in odd]
    for one in sorted(met, key=lambda rule: whole(rule, "priority") or 0):
        id_ = f"{text(group, 'name')}:{way.lower()}:{whole(one, 'priority')}"
        access = text(one, "access").casefold()
        allows = access == "allow"
        unclear: list[str] = [] if access in {"allow", "deny"} else [f"the access {access!r}"]
        unclear += [] if text(one, "direction") else ["a rule without a direction"]
        boxes = list(_boxes(one, unclear))
        is_certain = not unclear
        doubts += [not_understood(id_, f"{text(one, 'name')}: {said}") for said in unclear]
        if allows or is_certain:
            yield from (Rule(id_, allows, "", "", box) for box in boxes)
        if is_certain and not allows and set(boxes) >= _ALL:
            return  # what stands behind it is never met


def _said(one: Mapping[str, Any]) -> dict[str, Any]:
    """The API keeps under `properties` what the command line prints beside the name."""
    inside = one.get("properties")
    return dict(inside) if isinstance(inside, dict) else dict(one)


def _boxes(one: Mapping[str, Any], unclear: list[str]) -> Iterator[Box]:
    unclear += [
        f"{side}ApplicationSecurityGroups" for side in _SIDES if objects(one, f"{side}ApplicationSecurityGroups")
    ]
    unclear += [
        f"no {side} {what}"
        for side in _SIDES
        for what in ("address", "port")
        if not texts(one, *(f"{side}{name}" for name in _NAMED[what]))
    ]
    sides = [_addresses(texts(one, f"{side}AddressPrefix", f"{side}AddressPrefixes"), unclear) for side in _SIDES]
    source_ports, ports = (_ports(texts(one, f"{side}PortRange", f"{side}PortRanges"), unclear) for side in _SIDES)
    said = text(one, "protocol").lower()
    protocol = PROTOCOLS.get(said, ANY_PROTOCOL)
    if said not in PROTOCOLS:
        unclear.append(f"protocol {said!r}")
    if protocol[0] != protocol[1] and {*ports, *source_ports} != {ANY_PORT}:
        unclear.append("ports of every protocol")
        source_ports = ports = [ANY_PORT]
    for ends in of_one_family(*sides):
        for port, source_port in product(ports, source_ports):
            yield Box(*ends, protocol, port, source_port)


_SIDES: Final = ("source", "destination")
_NAMED: Final = {"address": ("AddressPrefix", "AddressPrefixes"), "port": ("PortRange", "PortRanges")}


def _addresses(said: list[str], unclear: list[str]) -> list[tuple[int, Interval]]:
    found: list[tuple[int, Interval]] = []
    every = [(family, (0, last)) for family, last in LAST_ADDRESS.items()]
    for one in said:
        if one.lower() in {"*", "any"}:
            return every
        try:
            found.append(prefix_interval(_BALANCER if one == "AzureLoadBalancer" else one))
        except ValueError:
            unclear.append(f"the tag {one}")
            return every
    return found or every


def _ports(said: list[str], unclear: list[str]) -> list[Interval]:
    found: list[Interval] = []
    for one in said:
        try:
            found.append(ANY_PORT if one == "*" else port_interval(one, "-"))
        except ValueError:
            unclear.append(f"the ports {one}")
            return [ANY_PORT]
    return found or [ANY_PORT]


def _end(way: str, priority: int, access: str, source: str, destination: str) -> dict[str, Any]:
    said = {"name": f"{access}{way}", "direction": way, "priority": priority, "access": access, "protocol": "*"}
    said |= {"sourcePortRange": "*", "destinationPortRange": "*"}
    return said | {"sourceAddressPrefix": source, "destinationAddressPrefix": destination}


_ENDS: Final = [
    _end("Inbound", 65_000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    _end("Inbound", 65_001, "Allow", "AzureLoadBalancer", "*"),
    _end("Inbound", _LAST_PRIORITY, "Deny", "*", "*"),
    _end("Outbound", 65_000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    _end("Outbound", 65_001, "Allow", "*", "Internet"),
    _end("Outbound", _LAST_PRIORITY, "Deny", "*", "*"),
]
"""What every group has behind its own rules."""
