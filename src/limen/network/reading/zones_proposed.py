"""A network.yaml proposed from what was read: something to begin with, never wider than the rules without saying so.

Whoever looks at it names owners and purposes. What could not be said as zones and flows stands in a comment.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from limen.network.model import ANY_SERVICE, EVERYTHING, INTERNET, Prefix
from limen.network.packets import ANY_PROTOCOL, ANYWHERE, Box, Interval, Rule
from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.openings import opened
from limen.network.reading.reading import FIREWALL, OTHER, Reading
from limen.network.reading.service_words import PROTOCOL_NAMES, written_service
from limen.network.shapes import ASKED_NOTHING, LEG
from limen.printable import plain_word

_MOST_FLOWS: Final = 500
_MOST_ZONES: Final = 100
_LONGEST_NAME: Final = 40
_KINDS: Final = {
    "guest": ("guest", "visitor", "gast"),
    "iot": ("iot", "cam", "printer", "voip", "drucker"),
    "management": ("mgmt", "management", "admin", "oob"),
    "backup": ("backup", "bak"),
    "finance": ("finance", "erp", "buchhaltung"),
    "dmz": ("dmz", "web", "public", "lb"),
    "vpn": ("vpn", "wg", "tun", "ppp", "ipsec"),
    "workstation": ("lan", "office", "client", "work", "buero"),
    "server": ("srv", "server", "app", "db", "sql"),
}
"""What a name tells of a zone's kind, if it tells anything."""


@dataclass(slots=True)
class _Proposal:
    """`zones`: by name in the file, their prefixes; `called`: by name in the reading, that in the file."""

    kind: str
    zones: dict[str, list[Prefix]] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, tuple[str, Prefix]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    flows: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


def proposed(reading: Reading, owner: str, review: str, internet: Collection[str] = ()) -> str:
    """The text of the file. `owner` is asked about every flow, on the day `review` (ISO 8601). `internet`: zones of
    the reading that lead there.
    """
    proposal = _Proposal(reading.kind, called=dict.fromkeys(internet, INTERNET))
    _propose_zones(proposal, reading)
    for one in opened(reading.ruleset):
        _propose_flow(proposal, one.rule, one.boxes, owner, review)
    return _written(proposal)


# Zones


def _propose_zones(proposal: _Proposal, reading: Reading) -> None:
    """Those of the reading with the prefixes that rules name with them, then other private networks in rules. No two
    may share an address: the wider one comes first, and what lies in it is no zone of its own.
    """
    seen: dict[str, dict[Prefix, None]] = {}
    for zone in reading.ruleset.zones:
        if zone not in {INTERNET, FIREWALL, OTHER, *proposal.called}:
            seen[zone] = dict.fromkeys(reading.places.get(zone, ()))
    elsewhere: dict[Prefix, None] = {}
    for rule in reading.ruleset.rules:
        for zone, interval in ((rule.from_zone, rule.box.source), (rule.to_zone, rule.box.destination)):
            for prefix in _private(rule.box.family, interval):
                seen.get(zone, elsewhere)[prefix] = None
    found = [(prefix, zone) for zone, prefixes in seen.items() for prefix in prefixes]
    found += [(prefix, "") for prefix in elsewhere if prefix.prefixlen < prefix.max_prefixlen]
    for prefix, zone in sorted(found, key=lambda one: (one[0].prefixlen / one[0].max_prefixlen, str(one[0]))):
        taken = any(
            prefix.version == one.version and prefix.overlaps(one) for have in proposal.zones.values() for one in have
        )
        if taken or len(proposal.zones) >= _MOST_ZONES:
            continue
        name = proposal.called.get(zone) or _name(zone or f"net-{prefix}", proposal.zones)
        proposal.zones.setdefault(name, []).append(prefix)
        if zone:
            proposal.called[zone] = name


def _private(family: int, interval: Interval) -> Iterator[Prefix]:
    """The private networks that an interval is exactly."""
    if interval == (0, LAST_ADDRESS[family]):
        return
    prefix = _prefix(family, interval)
    if prefix is not None and prefix.is_private and not prefix.is_loopback and not prefix.is_link_local:
        yield prefix


def _prefix(family: int, interval: Interval) -> Prefix | None:
    low, high = interval
    size = high - low + 1
    if size & (size - 1) or low % size:
        return None
    bits = (32 if family == 4 else 128) - size.bit_length() + 1
    return IPv4Network((low, bits)) if family == 4 else IPv6Network((low, bits))


def _name(said: str, taken: Collection[str]) -> str:
    """A name as network.yaml takes it, and not one that is there already."""
    plain = plain_word(said, _LONGEST_NAME - 4) or "zone"
    plain = plain if plain[0].isalpha() else f"z-{plain}"[: _LONGEST_NAME - 4].strip("-")
    name, number = plain, 2
    reserved = {INTERNET, "inside", EVERYTHING, ANY_SERVICE}
    while name in reserved or name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name


def _kind(name: str, kind: str) -> str:
    for one, words in _KINDS.items():
        if any(word in name for word in words):
            return one
    return "cloud" if kind in {"aws", "azure", "gcp"} else "server"


# Flows


def _propose_flow(proposal: _Proposal, rule: Rule, boxes: Sequence[Box], owner: str, review: str) -> None:
    if FIREWALL in {rule.from_zone, rule.to_zone}:
        proposal.left_out.append(f"{rule.id}: to or from the firewall itself")
        return
    sides: list[tuple[str, str, str]] = []
    for box in boxes:
        source, destination = (
            _place(proposal, zone, box.family, interval)
            for zone, interval in ((rule.from_zone, box.source), (rule.to_zone, box.destination))
        )
        service = _service(proposal, box)
        if not (source and destination and service):
            proposal.left_out.append(f"{rule.id}: what it lets through is no flow between zones")
            continue
        sides.append((source, destination, service))
    for source, destination, service in dict.fromkeys(sides):
        if len(proposal.flows) >= _MOST_FLOWS:
            proposal.left_out.append(f"{rule.id}: more than {_MOST_FLOWS} flows")
            continue
        id_ = _name(f"{source}-{destination}-{service}", proposal.ids)
        proposal.ids.add(id_)
        said = {"id": id_, "from": source, "to": destination, "service": service, "owner": owner}
        said |= {"purpose": f"as it was: {rule.id}"[:200], "review": review}
        proposal.flows.append("  - {" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in said.items()) + "}")


def _place(proposal: _Proposal, zone: str, family: int, interval: Interval) -> str:
    """The name that means exactly these addresses; "" where there is none."""
    named = proposal.called.get(zone, "")
    if interval == (0, LAST_ADDRESS[family]):
        if zone in {ANYWHERE, INTERNET}:
            return zone or EVERYTHING
        return named
    prefix = _prefix(family, interval)
    if prefix is None:
        return ""
    for name, prefixes in proposal.zones.items():
        if zone not in {ANYWHERE, ""} and named and name != named:
            continue
        if prefix in prefixes and all(one == prefix for one in prefixes if one.version == family):
            return name
        if prefix.prefixlen == prefix.max_prefixlen and any(
            one.version == family and prefix.subnet_of(one)  # type: ignore[arg-type]
            for one in prefixes
        ):
            return _host(proposal, name, prefix)
    return ""


def _host(proposal: _Proposal, zone: str, address: Prefix) -> str:
    for name, (_, one) in proposal.hosts.items():
        if one == address:
            return name
    name = _name(f"host-{address.network_address}", {*proposal.hosts, *proposal.zones})
    proposal.hosts[name] = zone, address
    return name


def _service(proposal: _Proposal, box: Box) -> str:
    if box.protocol == ANY_PROTOCOL:
        return ANY_SERVICE
    if box.protocol[0] != box.protocol[1] or box.protocol[0] not in PROTOCOL_NAMES or box.source_port != (0, 65_535):
        return ""
    written = written_service(box.protocol[0], box.port)
    name = written.replace("/", "-")
    proposal.services[name] = written
    return name


# The file


def _tags(name: str, proposal: _Proposal) -> str:
    """What a firewall that loads a text calls the zone, so that one can be written for it."""
    there = next((one for one, called in proposal.called.items() if called == name), "")
    if proposal.kind not in ASKED_NOTHING or not LEG.fullmatch(there):
        return ""
    return f", tags: {{{proposal.kind}: {json.dumps(there)}}}"


def _written(proposal: _Proposal) -> str:
    lines = [
        f"# Proposed from rules of {proposal.kind}. Each flow still needs its real owner and its purpose.",
        "zones:" if proposal.zones else "zones: {}  # none, as no addresses of an interface are known",
    ]
    for name, prefixes in proposal.zones.items():
        said = ", ".join(json.dumps(str(one)) for one in prefixes)
        lines.append(f"  {name}: {{kind: {_kind(name, proposal.kind)}, prefixes: [{said}]{_tags(name, proposal)}}}")
    if proposal.hosts:
        lines.append("hosts:")
        for name, (zone, address) in proposal.hosts.items():
            lines.append(f"  {name}: {{zone: {zone}, addresses: [{json.dumps(str(address.network_address))}]}}")
    if proposal.services:
        lines.append("services:")
        lines += [f"  {name}: [{json.dumps(written)}]" for name, written in proposal.services.items()]
    lines += ["flows:", *proposal.flows] if proposal.flows else []
    if proposal.left_out:
        lines += ["", f"# Not in it, since it can't be said so ({len(proposal.left_out)}):"]
        lines += [f"#   {json.dumps(one)}" for one in proposal.left_out[:100]]
    return "\n".join(lines) + "\n"
