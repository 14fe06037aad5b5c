"""FortiGate, Palo Alto, Cisco ASA and Windows: the text that each loads, read back and proved equal to what was meant.

What a kind can't say stays closed, and is named. What is read back has to be understood whole, and to let through
exactly what was meant: else there is no text, and a packet is named that tells why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.errors import LimenError
from limen.network.compiling import Places, compiled
from limen.network.emit.aerleon import Filter, icmp_types, leg_name, split, written
from limen.network.emit.aws_rules import prefixes
from limen.network.emit.guarded import Unfit
from limen.network.emit.nft_enforced import within
from limen.network.emit.opnsense import parted
from limen.network.emit.ordered import Line, lines_of
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Rule, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.packets.decision_diagrams import TooTangledError, unlike
from limen.network.reading.cisco import read_cisco
from limen.network.reading.fortigate import policy_ids, read_fortigate
from limen.network.reading.paloalto import read_paloalto
from limen.network.reading.reading import Reading
from limen.network.reading.service_words import service_words
from limen.network.reading.stages import Known
from limen.network.reading.windows import Machine, read_windows
from limen.network.services import packet_text

MAKERS: Final = ("fortigate", "paloalto", "cisco", "windows")
INET: Final = {4: "inet", 6: "inet6"}
_MOST_SOURCES: Final = 200
"""Of one command of `netsh`, which takes 8,191 letters."""
MANAGEMENT: Final = "management-by-rdp-and-winrm"
REMOTE_PORTS: Final = (3_389, 5_985, 5_986)
"""RDP and WinRM."""
CORE: Final = 'netsh advfirewall firewall set rule group="Core Networking" new enable=yes'
"""Without these rules of its own a machine gets no address and finds no neighbour."""
_BEFORE_ON_WINDOWS: Final = (
    'netsh advfirewall export "%ProgramData%\\limen-before.wfw"',
    "netsh advfirewall firewall set rule name=all new enable=no",
    CORE,
)
_CORE_NOTE: Final = "Beside what is said, Windows' own rules of the group Core Networking stay in force."
_LEFT_NOTE: Final = (
    "Policies that are there already stay, unless you give the configuration with --now: then the text removes them."
)
_BEHIND_ON_WINDOWS: Final = (
    "netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound",
    "netsh advfirewall set allprofiles state on",
)


class UnequalError(LimenError):
    """What a text does when it is read back is not what was meant."""


@dataclass(frozen=True)
class Told:
    """`text` is what the firewall loads, `meant` what it lets through then; `unfit` stays closed. `read` reads a text
    of the same firewall in the same zones.
    """

    text: str
    meant: Ruleset
    unfit: tuple[Unfit, ...]
    read: Callable[[str], Reading]
    notes: tuple[str, ...] = ()
    """What somebody has to know who loads it."""


@dataclass(frozen=True)
class _Speech:
    """`can_say` a box; `cut` is the part of a box that can be said where the rest can't matter."""

    can_say: Callable[[Box], bool]
    why_not: str
    cut: Callable[[Box], Box] = lambda box: box


def told(network: Network, firewall: Firewall, today: str, now: str = "") -> Told:
    """`now`: the configuration that is there, where it is known. Raises LimenError."""
    if firewall.kind == "windows":
        return _told_windows(network, firewall, today)
    legs = legs_of(network, firewall)
    wanted = parted(network, tuple(legs), today)
    rules, unfit = _sayable(wanted.ruleset.rules, SPEECHES[firewall.kind])
    known = Known({leg: [(zone, *one) for one in wanted.places[zone]] for zone, leg in legs.items()}, wanted.places)
    filters = _by_interface(rules, legs) if firewall.kind == "cisco" else _by_pair(rules, legs)
    text = written(firewall.kind, filters, _sets(network))
    if firewall.kind == "cisco":
        text += "".join(f"\naccess-group {_acl(leg)} in interface {leg}" for leg in legs.values())
    if firewall.kind == "fortigate" and now:
        text = _removed(policy_ids(now)) + text

    def read(said: str) -> Reading:
        return _READERS[firewall.kind](said, known)

    meant = Ruleset(tuple(wanted.places), tuple(rules))
    refuse_unequal(read(text), meant, firewall.kind)
    left = firewall.kind == "fortigate" and not now
    return Told(text.rstrip() + "\n", meant, unfit, read, (_LEFT_NOTE,) if left else ())


def legs_of(network: Network, firewall: Firewall) -> dict[str, str]:
    """By zone what the firewall calls it: a tag of the firewall's kind, else on a Palo Alto the zone's own name and
    elsewhere its interface. Zones without one are not there. Raises LimenError.
    """
    legs: dict[str, str] = {}
    for zone in network.zones:
        usual = zone.name if firewall.kind == "paloalto" else zone.interface
        name = dict(zone.tags).get(firewall.kind, usual)
        if name and zone.name in firewall.zones:
            legs[zone.name] = leg_name(zone.name, name)
    if len(firewall.uplinks) > 1:
        raise LimenError(f"{firewall.name} has several uplinks", "name the one zone that they are in at the firewall")
    if firewall.uplinks:
        legs[INTERNET] = leg_name(INTERNET, firewall.uplinks[0])
    if len(set(legs.values())) < len(legs):
        raise LimenError(f"two zones have one leg at {firewall.name}", f"give each its own tag `{firewall.kind}`")
    if len(legs) < 2:
        raise LimenError(
            f"{firewall.name} has no two zones to part", f"say with the tag `{firewall.kind}` what it calls each"
        )
    return legs


def refuse_unequal(reading: Reading, meant: Ruleset, kind: str, beside: Iterable[str] = ()) -> None:
    """Raises UnequalError unless the text was understood whole and lets through exactly what was meant. `beside` are
    lines of Limen's own that open what no rule of the network says.
    """
    doubt = next((one for one in reading.not_understood if one.what not in set(beside)), None)
    if doubt is not None:
        raise UnequalError(f"the text for {kind} is not understood when it is read back: {doubt.where}: {doubt.what}")
    try:
        packet = unlike(meant, reading.ruleset)
    except TooTangledError:
        raise UnequalError(f"the text for {kind} is too tangled to be proved", "say it with fewer flows") from None
    if packet is not None:
        does = "does not let through" if meant.allows(packet) else "would let through"
        way = f"{packet.from_zone} to {packet.to_zone}"
        raise UnequalError(
            f"the text for {kind} {does} {packet_text(packet)} ({way}), which is not what was meant",
            "nothing was written; leave out the flow for it, and report this",
        )


# What can be said


def _sayable(rules: Sequence[Rule], speech: _Speech) -> tuple[list[Rule], tuple[Unfit, ...]]:
    """Without the parts of flows that can't be said, and those that a block which can't be said would deny in part."""
    unsaid: list[Rule] = []
    kept: list[Rule] = []
    unfit: dict[Unfit, None] = {}
    for one in rules:
        whole = speech.cut(one.box)
        if not one.allows:
            unsaid += [
                replace(one, box=left) for left in ([one.box] if not speech.can_say(whole) else one.box.without(whole))
            ]
        if not speech.can_say(whole):
            if one.allows:
                unfit[Unfit(one.id, f"{service_words(one.box.protocol, one.box.port)}: {speech.why_not}")] = None
            continue
        in_the_way = next((other for other in unsaid if _meet(one, other, whole)), None) if one.allows else None
        if in_the_way is not None:
            unfit[Unfit(one.id, f"the block {in_the_way.id} can't be said whole: {speech.why_not}")] = None
            continue
        kept.append(replace(one, box=whole))
    return kept, tuple(unfit)


def _meet(one: Rule, other: Rule, box: Box) -> bool:
    return one.is_between(other.from_zone, other.to_zone) and other.box.meets(box) is not None


def _is_plain(box: Box) -> bool:
    return box.protocol == ANY_PROTOCOL and box.port == box.source_port == ANY_PORT


def _has_ports(box: Box) -> bool:
    return box.protocol in {(TCP, TCP), (UDP, UDP)}


def _is_icmp(box: Box, *, whole: bool) -> bool:
    """Of its own family, of one type that Aerleon has a name for, or where that can be said of all types."""
    if box.protocol != ((ICMP, ICMP) if box.family == 4 else (ICMPV6, ICMPV6)) or box.source_port != ANY_PORT:
        return False
    low, high = box.port
    return (whole and (low, high) == (0, 255)) or (low == high and low in icmp_types(box.family))


def _from_one(box: Box) -> Box:
    """FortiOS has no port 0; no program listens there."""
    if not _has_ports(box):
        return box
    first = [(max(low, 1), high) for low, high in (box.port, box.source_port)]
    return box._replace(port=first[0], source_port=box.source_port if box.source_port == ANY_PORT else first[1])


SPEECHES: Final[Mapping[str, _Speech]] = {
    "fortigate": _Speech(
        lambda box: _is_plain(box) or _has_ports(box) or (box.family == 4 and _is_icmp(box, whole=False)),
        "for FortiGate, Aerleon can say TCP, UDP, single types of ICMP, and everything",
        _from_one,
    ),
    "paloalto": _Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=False),
        "PAN-OS tells TCP, UDP, types of ICMP, and everything apart; all else by what it recognises",
    ),
    "cisco": _Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=True) or _is_bare(box),
        "for an ASA, Aerleon can say TCP, UDP, ICMP, GRE, ESP, AH, and everything",
    ),
    "windows": _Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=True),
        "for Windows, Aerleon can say TCP, UDP, ICMP, and everything",
    ),
}


def _is_bare(box: Box) -> bool:
    return box.protocol in {(47, 47), (50, 50), (51, 51)} and box.port == (0, 0) and box.source_port == ANY_PORT


# How it is said


def _by_pair(rules: Sequence[Rule], legs: Mapping[str, str]) -> Iterator[Filter]:
    for from_zone, leg in legs.items():
        for to_zone, other in legs.items():
            for family, word in INET.items():
                met = (one for one in rules if one.is_between(from_zone, to_zone) and one.box.family == family)
                if from_zone != to_zone:
                    yield Filter(f"from-zone {leg} to-zone {other} {word}", tuple(lines_of(met)))
            if from_zone != to_zone:
                yield Filter(f"from-zone {leg} to-zone {other} mixed", (_REST,))


def _by_interface(rules: Sequence[Rule], legs: Mapping[str, str]) -> Iterator[Filter]:
    for zone, leg in legs.items():
        yield Filter(_acl(leg), (*lines_of(one for one in rules if one.from_zone == zone), _REST))


_REST: Final = Line("rest", False, 4, (), (), ANY_PROTOCOL, ANY_PORT, ANY_PORT)
"""Firewalls deny the rest by themselves. Said, it is logged, and what others wrote behind it opens nothing."""


def _acl(leg: str) -> str:
    return f"limen-{leg}"


def _removed(ids: Sequence[str]) -> str:
    """Without them, since a policy with a number that is there would keep what Limen does not say of it."""
    if not ids:
        return ""
    return "config firewall policy\n" + "".join(f"    delete {one}\n" for one in ids) + "end\n"


def _sets(network: Network) -> dict[tuple[str, ...], str]:
    """What prefixes are called: as the zone or the host that they are all of."""
    places = Places(network)
    names: dict[tuple[str, ...], str] = {}
    for name in (*network.zone_names, *network.host_of):
        for family in INET:
            own = [
                prefix for _, one, interval in places.of(name) if one == family for prefix in prefixes(family, interval)
            ]
            if own:
                names.setdefault(tuple(dict.fromkeys(own)), f"{name}-v{family}")
    return names


_READERS: Final[Mapping[str, Callable[[str, Known], Reading]]] = {
    "fortigate": lambda text, known: read_fortigate(text, known=known),
    "paloalto": lambda text, known: read_paloalto(text, known=known),
    "cisco": lambda text, known: read_cisco(text, known=known),
}


# Windows


def _told_windows(network: Network, firewall: Firewall, today: str) -> Told:
    places = Places(network)
    host = network.host_of[firewall.host]
    own = tuple((family, interval) for _, family, interval in places.of(host.name))
    everywhere = {name: [(family, each) for _, family, each in places.of(name)] for name in network.zone_names}
    machine = Machine(host.zone, own, everywhere)
    rules, unfit = _sayable(list(_of_machine(network, machine, today)), SPEECHES["windows"])
    by_way: dict[str, list[Rule]] = {"in": [], "out": []}
    for one in rules:
        by_way["in" if _is_to(one, own) else "out"].append(one)
    filters = [
        Filter(
            f"{way} {word}",
            tuple(each for line in lines_of(of_family(some, family)) for each in split(line, _MOST_SOURCES)),
        )
        for way, some in by_way.items()
        for family, word in INET.items()
    ]
    said = written("windows", filters, _sets(network))
    text = "\n".join((*_BEFORE_ON_WINDOWS, said.strip(), *_BEHIND_ON_WINDOWS, ""))
    meant = Ruleset(network.zone_names, tuple(rules))

    def read(other: str) -> Reading:
        return read_windows(other, machine=machine)

    refuse_unequal(read(text), meant, "windows", [CORE])
    return Told(text, meant, unfit, read, (_CORE_NOTE,))


def of_family(rules: Iterable[Rule], family: int) -> Iterator[Rule]:
    return (one for one in rules if one.box.family == family)


def _is_to(rule: Rule, own: Sequence[tuple[int, Interval]]) -> bool:
    low, high = rule.box.destination
    return any(family == rule.box.family and first <= low and high <= last for family, (first, last) in own)


def _of_machine(network: Network, machine: Machine, today: str) -> Iterator[Rule]:
    """What may come to it and go from it. Blocks first, as everywhere; those of Windows win whatever their order."""
    places = Places(network)
    rules = compiled(network, today).rules
    remote = [
        Rule(MANAGEMENT, True, zone.name, machine.zone, Box(family, interval, mine, (TCP, TCP), (port, port)))
        for zone in network.zones
        if zone.kind == "management"
        for _, family, interval in places.of(zone.name)
        for other, mine in machine.own
        if family == other
        for port in REMOTE_PORTS
    ]
    blocks, flows = ([one for one in rules if one.allows is allows] for allows in (False, True))
    for one in (*blocks, *within(places, network, machine.zone), *flows, *remote):
        for is_inward in (True, False):
            for zone, whole in machine.ways[one.box.family, is_inward]:
                way = (zone, machine.zone) if is_inward else (machine.zone, zone)
                if one.is_between(*way) and (met := one.box.meets(whole)) is not None:
                    yield replace(one, from_zone=way[0], to_zone=way[1], box=met)
