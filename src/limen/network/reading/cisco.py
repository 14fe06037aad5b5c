"""Access lists of a Cisco ASA, or of a router with IOS, as `show running-config` prints them, as a Ruleset.

Interfaces are the zones, those of an ASA by their `nameif`. Packets meet the list of the interface that they come in
by, then the list of the one that they leave by; behind the lines of a list everything is denied. Without a list, IOS
lets everything through, and an ASA what goes to an interface of a lower security level (Cisco ASA Series Firewall CLI
Configuration Guide, "Access Rules"). What comes to a router itself is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Final

from limen.network.model import Prefix
from limen.network.packets import Rule, Ruleset, every_packet
from limen.network.reading.cisco_itself import to_itself
from limen.network.reading.cisco_line import AclLine, Dialect, rules_of
from limen.network.reading.cisco_objects import objects_of
from limen.network.reading.cisco_words import Block, Numbered, blocks_of
from limen.network.reading.named_objects import refuse_objects
from limen.network.reading.reading import (
    FIREWALL,
    MOST_ZONES,
    OTHER,
    Errs,
    NotUnderstood,
    Reading,
    UnreadableError,
    bounded,
    not_understood,
    refuse_beyond,
)
from limen.network.reading.stages import Guards, Known, Passing, unknown_groups

_ALL: Final = tuple(Rule("no list", True, "", "", every_packet(family)) for family in (4, 6))
_STANDARD: Final = (range(1, 100), range(1_300, 2_000))
"""Numbers of lists of IOS that tell sources alone."""
_NO_RULES: Final = frozenset({"remark", "evaluate", "description", "exit", "statistics"})
_UNREAD: Final = ("zone-pair security", "ip nat inside source static", "ip nat outside source", "ip inspect", "nat (")
"""What lets through, denies or moves packets by another way."""


@dataclass
class Interface:
    """`lists`: by way (in, out) and family ("ip", "ipv6"; an ASA has no more than "ip") the access list."""

    name: str
    level: int | None = None
    networks: list[Prefix] = field(default_factory=list)
    lists: dict[tuple[str, str], str] = field(default_factory=dict)
    is_off: bool = False


@dataclass
class _Device:
    """`everywhere`: the list of an ASA that stands behind those of all interfaces."""

    interfaces: dict[str, Interface] = field(default_factory=dict)
    lines: dict[str, list[AclLine]] = field(default_factory=dict)
    everywhere: str = ""
    is_asa: bool = False
    same_levels: bool = False
    within: bool = False
    doubts: list[NotUnderstood] = field(default_factory=list)


def read_cisco(text: str, name: str = "config", known: Known | None = None) -> Reading:
    """`known.groups` are interfaces, each with the zone that it is. Raises UnreadableError."""
    blocks, long = blocks_of(text)
    device = _device(blocks, name)
    device.doubts += [not_understood(f"{name}:{one.number}", one.text, Errs.EITHER) for one in long]
    if not device.lines:
        raise UnreadableError(f"{name} has no access list", "give the whole of `show running-config`")
    objects = objects_of(blocks)
    refuse_objects(objects.addresses.plain, objects.kinds.plain, objects.ports.plain)
    rules = {
        acl: bounded(rule for one in lines for rule in rules_of(one, objects, device.doubts))
        for acl, lines in device.lines.items()
    }
    _bind_if_nothing_is(device)
    refuse_beyond(len(device.interfaces), MOST_ZONES, "interfaces")
    device.doubts += _missing(device, name)
    guards = {one.name: _guards(one, device, rules) for one in device.interfaces.values()}
    if known is not None:
        device.doubts += unknown_groups(guards, known)
        return Reading("cisco", _between(guards, known), tuple(device.doubts))
    # Where the file does not say which interfaces there are, packets leave to others; what comes by those is not told.
    if not any(one.networks or one.level is not None for one in device.interfaces.values()):
        guards[OTHER] = Guards(((),))
    ruleset = Passing(tuple(guards), guards).ruleset()
    itself = tuple(to_itself(blocks, guards)) if device.is_asa else ()
    zones = (*ruleset.zones, *((FIREWALL,) if itself else ()))
    places = {one.name: tuple(one.networks) for one in device.interfaces.values() if one.networks}
    return Reading("cisco", Ruleset(zones, (*ruleset.rules, *itself)), tuple(device.doubts), places)


def _missing(device: _Device, name: str) -> Iterator[NotUnderstood]:
    """Lists that interfaces have and the file has not."""
    named = [acl for one in device.interfaces.values() for acl in one.lists.values()]
    for acl in dict.fromkeys([*named, device.everywhere]):
        if acl and acl not in device.lines:
            yield not_understood(f"{name}: {acl}", "this list is not in the file", Errs.EITHER)


def _between(guards: dict[str, Guards], known: Known) -> Ruleset:
    """An interface that the file has not lets nothing through."""
    zones = {group: held[0][0] for group, held in known.groups.items() if held}
    nothing = Guards(((),), ((),))
    by_zone = {zone: _renamed(guards[group], zones) if group in guards else nothing for group, zone in zones.items()}
    passing = Passing(tuple(known.places), by_zone, known.places).ruleset()
    return Ruleset(passing.zones, tuple(one for one in passing.rules if one.from_zone != one.to_zone))


def _renamed(guards: Guards, zones: dict[str, str]) -> Guards:
    def named(lists: Iterable[Sequence[Rule]]) -> tuple[Sequence[Rule], ...]:
        return tuple(
            [
                replace(one, to_zone=zones.get(one.to_zone, ""))
                for one in rules
                if not one.to_zone or one.to_zone in zones
            ]
            for rules in lists
        )

    return Guards(named(guards.outward), named(guards.inward))


# The file


def _device(blocks: Iterable[Block], name: str) -> _Device:
    device = _Device()
    for block in blocks:
        text = block.head.text
        words = text.split()
        if words[0] == "interface":
            _interface(device, words[-1] if len(words) == 2 else " ".join(words[1:]), block)
        elif words[0] == "access-group":
            _group(device, words, block.head, name)
        elif words[:3] == ["same-security-traffic", "permit", "inter-interface"]:
            device.same_levels = True
        elif words[:3] == ["same-security-traffic", "permit", "intra-interface"]:
            device.within = True
        elif text.startswith(_UNREAD):
            device.doubts.append(not_understood(f"{name}:{block.head.number}", text, Errs.EITHER))
        else:
            for one in _acl_lines(words, block):
                device.is_asa = device.is_asa or one.dialect is Dialect.ASA
                device.lines.setdefault(one.acl, []).append(one)
    return device


def _acl_lines(words: list[str], block: Block) -> Iterator[AclLine]:
    """The lines of an access list, in whichever way it is written. Remarks are none."""
    if words[0] == "access-list" and len(words) > 3:
        rest = words[4:] if words[2] == "line" else words[2:]
        dialect = Dialect.ASA if rest[:1] == ["extended"] else _by_number(words[1])
        rest = rest[1:] if rest[:1] == ["extended"] else rest
        if rest[0] not in _NO_RULES:
            yield AclLine(words[1], block.head, tuple(rest), dialect)
    elif words[:2] in (["ip", "access-list"], ["ipv6", "access-list"]) and len(words) > 2:
        is_standard = words[2] == "standard"
        dialect = Dialect.IOS_6 if words[0] == "ipv6" else Dialect.STANDARD if is_standard else Dialect.IOS
        for one in block.below:
            rest = one.text.split()
            while rest and (rest[0].isdigit() or rest[0] == "sequence"):
                rest = rest[1:]
            if rest and rest[0] not in _NO_RULES:
                yield AclLine(words[-1], one, tuple(rest), dialect)


def _by_number(name: str) -> Dialect:
    is_standard = name.isdecimal() and any(int(name[:6]) in some for some in _STANDARD)
    return Dialect.STANDARD if is_standard else Dialect.IOS


def _interface(device: _Device, name: str, block: Block) -> None:
    one = Interface(name)
    for line in block.below:
        words = line.text.split()
        if words[0] == "nameif" and len(words) > 1:
            one.name, device.is_asa = words[1], True
        elif words[0] == "security-level" and words[-1].isdecimal():
            one.level = int(words[-1][:3])
        elif words == ["shutdown"]:
            one.is_off = True
        elif words[:2] in (["ip", "address"], ["ipv6", "address"]):
            one.networks += _networks(words[2:])
        elif words[:2] in (["ip", "access-group"], ["ipv6", "traffic-filter"]) and words[-1] in {"in", "out"}:
            one.lists[words[-1], words[0]] = words[2]
    if not one.is_off and (one.networks or one.lists or one.level is not None):
        device.interfaces[one.name] = one


def _networks(words: list[str]) -> Iterator[Prefix]:
    written = words[0] if words and "/" in words[0] else "/".join(words[:2])
    try:
        network = ip_network(written, strict=False)
    except ValueError:
        return
    if network.prefixlen < network.max_prefixlen:
        yield network


def _group(device: _Device, words: list[str], line: Numbered, name: str) -> None:
    """`access-group LIST in interface NAME`, or `access-group LIST global`."""
    device.is_asa = True
    if words[2:3] == ["global"]:
        device.everywhere = words[1]
    elif len(words) >= 5 and words[2] in {"in", "out"} and words[3] == "interface" and "control-plane" not in words:
        device.interfaces.setdefault(words[4], Interface(words[4])).lists[words[2], "ip"] = words[1]
    if set(words[5:]) - {"control-plane"} or "control-plane" in words:
        device.doubts.append(not_understood(f"{name}:{line.number}", line.text, Errs.EITHER))


def _bind_if_nothing_is(device: _Device) -> None:
    """Lists alone: each is read as that of an interface of its own name, by which packets come in."""
    if device.everywhere or any(one.lists for one in device.interfaces.values()) or device.interfaces:
        return
    for acl, lines in device.lines.items():
        family = "ipv6" if lines[0].dialect is Dialect.IOS_6 else "ip"
        device.interfaces[acl] = Interface(acl, lists={("in", family): acl})


# What packets meet


def _guards(one: Interface, device: _Device, rules: dict[str, list[Rule]]) -> Guards:
    if device.is_asa:
        return _guards_of_asa(one, device, rules)
    coming, leaving = (_both_families(one, way, rules) for way in ("in", "out"))
    return Guards((coming or _ALL,), (leaving,) if leaving else ())


def _both_families(one: Interface, way: str, rules: dict[str, list[Rule]]) -> Sequence[Rule]:
    """On IOS each family has a list of its own, and what has none is let through."""
    if not any((way, word) in one.lists for word in ("ip", "ipv6")):
        return ()
    found: list[Rule] = []
    for family, word in ((4, "ip"), (6, "ipv6")):
        acl = one.lists.get((way, word))
        found += [rule for rule in _ALL if rule.box.family == family] if acl not in rules else rules[acl]
    return found


def _guards_of_asa(one: Interface, device: _Device, rules: dict[str, list[Rule]]) -> Guards:
    coming, leaving = one.lists.get(("in", "ip")), one.lists.get(("out", "ip"))
    before = list(_to_equals(one, device))
    after = rules.get(device.everywhere, [])
    if coming in rules:
        inwards = [*before, *rules[coming], *after]
    else:
        inwards = [*before, *after] if device.everywhere else [*before, *_to_lower(one, device)]
    return Guards((inwards,), (rules[leaving],) if leaving in rules else ())


def _to_equals(one: Interface, device: _Device) -> Iterator[Rule]:
    """Between interfaces of one level, and back by the same one, nothing goes, whatever the lists say, unless the
    device permits it as a whole.
    """
    for other in device.interfaces.values():
        is_equal = one.level is not None and other.level == one.level
        if is_equal and not (device.within if other is one else device.same_levels):
            yield from (Rule("same-security-traffic", False, "", other.name, every_packet(family)) for family in (4, 6))


def _to_lower(one: Interface, device: _Device) -> Iterator[Rule]:
    for other in device.interfaces.values():
        if (other is one and not device.within) or one.level is None or other.level is None:
            continue
        if other.level < one.level or other is one or (other.level == one.level and device.same_levels):
            yield from (Rule("security-level", True, "", other.name, every_packet(family)) for family in (4, 6))
