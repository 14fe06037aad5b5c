"""Rules of OPNsense, as its API takes them: each on the interface by which packets come in.

What is to be denied there is denied by a rule of its own behind the flows of each interface, for whatever goes to
another zone. What goes to addresses of the same zone, as the firewall's own are, is left to the rules that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.network.compiling import Places, compiled
from limen.network.emit.aws_rules import prefixes
from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered, OrderedRule, Speech, ordered
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS
from limen.network.reading.opnsense import ICMP_TYPES, PROTOCOLS, read_rows
from limen.network.reading.stages import Known

MARK: Final = "limen "
"""What the descriptions of Limen's rules begin with."""
MOST_LINES: Final = 10_000
MOST_ADDRESSES: Final = 100_000
_NAMES: Final = {value: name for name, value in PROTOCOLS.items()}
_TYPES: Final = {value: name for name, value in ICMP_TYPES.items()}
_TYPES_OF_6: Final = {*range(1, 5), *range(128, 141), 200, 201}


@dataclass(frozen=True)
class Legs:
    """By zone its interfaces; the internet's are the uplinks."""

    of: Mapping[str, tuple[str, ...]]


def legs_of(network: Network, firewall: Firewall) -> Legs:
    """An interface is what the tag `opnsense` of a zone says, or its `interface`. Zones without one are not here."""
    names = {one.name: dict(one.tags).get("opnsense", one.interface) for one in network.zones}
    legs = {zone: (name,) for zone, name in names.items() if name and zone in firewall.zones}
    return Legs({**legs, **({INTERNET: firewall.uplinks} if firewall.uplinks else {})})


def parted(network: Network, zones: tuple[str, ...], today: str) -> Guarded:
    """What a router has to let through between the zones that it parts; it parts no zone from itself."""
    places = Places(network)
    rules = [
        one
        for one in compiled(network, today).rules
        if one.from_zone != one.to_zone and one.from_zone in zones and one.to_zone in zones
    ]
    everywhere = {name: [(family, interval) for _, family, interval in places.of(name)] for name in zones}
    return Guarded(network, zones, Ruleset(zones, tuple(rules)), everywhere)


def opnsense_rules(network: Network, firewall: Firewall, today: str) -> Ordered:
    legs = legs_of(network, firewall)
    return ordered(parted(network, tuple(legs.of), today), _speech(legs))


def rows(said: Ordered, legs: Legs) -> list[dict[str, str]]:
    """In their order, each with its sequence."""
    found: list[dict[str, str]] = []
    for zone, interfaces in legs.of.items():
        for interface in interfaces:
            lines = [*said.outward[zone], *_rest(zone, said.known)]
            found += [_row(one, interface, len(found) + at + 1) for at, one in enumerate(lines)]
    return found


def _rest(zone: str, known: Known) -> Iterator[OrderedRule]:
    """What goes to any other zone, from wherever."""
    for family, every in ((4, "0.0.0.0/0"), (6, "::/0")):
        others = [one for name, own in known.places.items() if name != zone for one in own]
        beyond = tuple(prefix for one, interval in others if one == family for prefix in prefixes(family, interval))
        if beyond:
            yield OrderedRule("rest", False, family, (every,), beyond, ANY_PROTOCOL, ANY_PORT, ANY_PORT)


def _row(line: OrderedRule, interface: str, sequence: int) -> dict[str, str]:
    low = line.protocol[0]
    is_any = line.protocol == ANY_PROTOCOL
    has_ports = not is_any and low in WITH_PORTS
    is_typed = not is_any and low in {ICMP, ICMPV6} and line.ports != ANY_PORT
    return {
        "enabled": "1",
        "sequence": str(sequence),
        "action": "pass" if line.allows else "block",
        "quick": "1",
        "interface": interface,
        "direction": "in",
        "ipprotocol": "inet" if line.family == 4 else "inet6",
        "protocol": "any" if is_any else _NAMES[low],
        "icmptype": _TYPES[line.ports[0]] if is_typed and low == ICMP else "",
        "icmp6type": str(line.ports[0]) if is_typed and low == ICMPV6 else "",
        "source_net": ",".join(line.sources),
        "source_port": _ports(line.source_ports) if has_ports else "",
        "destination_net": ",".join(line.destinations),
        "destination_port": _ports(line.ports) if has_ports else "",
        "log": "0" if line.allows else "1",
        "description": f"{MARK}{line.id}",
    }


def _ports(interval: Interval) -> str:
    low, high = interval
    if interval == ANY_PORT:
        return ""
    return str(low) if low == high else f"{low}-{high}"


def _can_say(box: Box) -> bool:
    if box.protocol == ANY_PROTOCOL:
        return box.port == box.source_port == ANY_PORT
    low, high = box.protocol
    if low != high or low not in _NAMES:
        return False
    if low in {ICMP, ICMPV6}:
        known = _TYPES if low == ICMP else _TYPES_OF_6
        return box.port == ANY_PORT or (box.port[0] == box.port[1] and box.port[0] in known)
    return low in WITH_PORTS or box.port == ANY_PORT


def _speech(legs: Legs) -> Speech:
    def read_back(
        wanted: Guarded, inward: dict[str, list[OrderedRule]], outward: dict[str, list[OrderedRule]], known: Known
    ) -> Ruleset:
        said = Ordered(inward, outward, (), known, wanted.ruleset)
        return read_rows(rows(said, legs), known_of(legs, known)).ruleset

    why = "OPNsense has no name for this protocol, or for this type of ICMP"
    return Speech(_can_say, why, MOST_LINES, MOST_ADDRESSES, MOST_LINES, lambda _, zone: legs.of[zone][0], read_back)


def known_of(legs: Legs, known: Known) -> Known:
    """With every interface of each zone."""
    groups = {name: [(zone, *one) for one in known.places[zone]] for zone, names in legs.of.items() for name in names}
    return Known(groups, known.places)
