"""The firewall of one machine with Windows as a Ruleset: what comes to it, and what goes from it.

There is no order. Rules that override blocks come first, then those that block, then those that allow; what none fits
goes as the profile says, which is denied on the way in and let through on the way out unless it says otherwise
(Microsoft Learn, "Windows Firewall rules"). A rule for a program, a service or some profiles lets through all that its
addresses and ports do, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from itertools import chain
from typing import Final

from limen.network.packets import ANY_PORT, Box, Interval, Rule, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, TCP, UDP
from limen.network.reading.intervals import number, port_interval, prefix_interval, range_interval
from limen.network.reading.named_objects import EVERY_ADDRESS, EVERY_KIND, Addresses, Asked, Kind, kind_of, ports_of
from limen.network.reading.reading import (
    FIREWALL,
    OTHER,
    Errs,
    NotUnderstood,
    Reading,
    bounded,
    not_understood,
)
from limen.network.reading.stages import Places
from limen.network.reading.windows_words import Words, written

_PROTOCOLS: Final = {"tcp": TCP, "udp": UDP, "icmpv4": ICMP, "icmpv6": ICMPV6}
_FAMILY_OF: Final = {ICMP: (4,), ICMPV6: (6,)}
_ANY: Final = frozenset({"", "any", "*"})
_WAYS: Final = {"in": "in", "inbound": "in", "out": "out", "outbound": "out"}
_ORDER: Final = {"bypass": 0, "block": 1, "allow": 2}
_READ: Final = frozenset(
    {
        *("name", "id", "dir", "action", "enable", "protocol", "icmptype", "localip", "remoteip", "localport"),
        *("remoteport", "description", "edge"),
    }
)
_WHATEVER: Final = {
    "profile": {"any", "all", "domain,private,public"},
    "interfacetype": {"any"},
    "security": {"notrequired", "notconfigured"},
    "program": {"any"},
    "service": {"any"},
}
"""By condition what says that there is none."""


@dataclass(frozen=True)
class Machine:
    """Whose firewall it is: its addresses, the zone that it is in, and the addresses of all zones."""

    zone: str
    own: Addresses
    places: Places

    @cached_property
    def ways(self) -> dict[tuple[int, bool], list[tuple[str, Box]]]:
        """By family, and whether it is inward: each zone with all packets from it to the machine, or to it from the
        machine; none to itself, which no firewall sees.
        """
        return {(family, way): list(_ways(self, family, is_inward=way)) for family in (4, 6) for way in (True, False)}


@dataclass(frozen=True, slots=True)
class _Read:
    """A rule as it is written: `way` is `in` or `out`, and `asked` has the other side's addresses as its sources."""

    id: str
    way: str
    action: str
    asked: Asked


def read_windows(text: str, name: str = "rules", machine: Machine | None = None) -> Reading:
    """Between `other` and `firewall`; with `machine` between zones, without what it sends itself. Raises
    UnreadableError.
    """
    said = written(text)
    doubts = [not_understood(f"{name}:{line}", what, Errs.EITHER) for line, what in said.unread]
    read = [one for words in said.rules if (one := _read(words, doubts)) is not None]
    read.sort(key=lambda one: _ORDER[one.action])
    for way, allows in said.defaults.items():
        asked = Asked(EVERY_ADDRESS, EVERY_ADDRESS, (EVERY_KIND,))
        read.append(_Read(f"default-{way}", way, "allow" if allows or said.is_off else "block", asked))
    if said.is_off:
        read = [one for one in read if one.id.startswith("default-")]
    if machine is None:
        rules = bounded(chain.from_iterable(map(_between_two, read)))
        return Reading("windows", Ruleset((OTHER, FIREWALL), tuple(rules)), tuple(doubts))
    rules = bounded(chain.from_iterable(_between_zones(one, machine) for one in read))
    return Reading("windows", Ruleset(tuple(machine.places), tuple(rules)), tuple(doubts))


def _between_two(one: _Read) -> Iterator[Rule]:
    for box in one.asked.boxes():
        if one.way == "in":
            yield Rule(one.id, one.action != "block", OTHER, FIREWALL, box)
        else:
            yield Rule(one.id, one.action != "block", FIREWALL, OTHER, box)


def _between_zones(one: _Read, machine: Machine) -> Iterator[Rule]:
    for box in one.asked.boxes():
        for zone, whole in machine.ways[box.family, one.way == "in"]:
            if (met := box.meets(whole)) is not None:
                from_zone, to_zone = (zone, machine.zone) if one.way == "in" else (machine.zone, zone)
                yield Rule(one.id, one.action != "block", from_zone, to_zone, met)


def _ways(machine: Machine, family: int, *, is_inward: bool) -> Iterator[tuple[str, Box]]:
    own = [interval for other, interval in machine.own if other == family]
    every = (0, LAST_ADDRESS[family])
    for zone, addresses in machine.places.items():
        others = [Box(family, interval, every) for other, interval in addresses if other == family]
        for taken in own:
            others = [piece for each in others for piece in each.without(Box(family, taken, every))]
        for each in others:
            for mine in own:
                yield zone, Box(family, each.source, mine) if is_inward else Box(family, mine, each.source)


# One rule


def _read(words: Words, doubts: list[NotUnderstood]) -> _Read | None:
    """None where it is off, or can't be read at all, which is said."""
    name = words.get("name", words.get("id", "a rule"))[:100]
    is_on = words.get("enable", "yes").lower().lstrip("$")
    if is_on in {"no", "false"}:
        return None
    way = _WAYS.get(words.get("dir", words.get("direction", "in")).lower())
    action = words.get("action", "allow").lower().replace("allowbypass", "bypass")
    if way is None or action not in _ORDER:
        doubts.append(not_understood(name, f"{words.get('dir', '')} {action}", Errs.EITHER))
        return None
    unclear = [*([] if is_on in {"yes", "true"} else [f"enable {is_on}"]), *_conditions(words)]
    local, remote = (_addresses(words.get(f"{side}ip", ""), unclear) for side in ("local", "remote"))
    ports = {side: _ports(words.get(f"{side}port", ""), unclear) for side in ("local", "remote")}
    near, far = ("local", "remote") if way == "in" else ("remote", "local")
    kinds = _kinds(words, ports[far], ports[near], unclear)
    doubts += [not_understood(name, one) for one in dict.fromkeys(unclear)]
    if unclear and action == "block":
        return None
    sources, destinations = (remote, local) if way == "in" else (local, remote)
    return _Read(name, way, action, Asked(sources, destinations, kinds))


def _conditions(words: Words) -> Iterator[str]:
    for key, value in words.items():
        plain = value.lower().replace(" ", "")
        if key in _READ or plain in _WHATEVER.get(key, ()) or (key not in _WHATEVER and plain in _ANY):
            continue
        yield f"{key} {value}"


def _kinds(
    words: Mapping[str, str], source_ports: Sequence[Interval], ports: Sequence[Interval], unclear: list[str]
) -> Sequence[Kind]:
    said, _, types = words.get("protocol", "any").lower().partition(":")
    if said in _ANY:
        if {*source_ports, *ports} != {ANY_PORT}:
            unclear.append("ports of every protocol")
        return (EVERY_KIND,)
    try:
        value = _PROTOCOLS[said] if said in _PROTOCOLS else number(said)
        if value in _FAMILY_OF:
            found = _types(types.replace(",", ":") or words.get("icmptype", ""), value, unclear)
            return [kind_of(value, one)._replace(families=_FAMILY_OF[value]) for one in found]
    except ValueError:
        unclear.append(f"protocol {said}")
        return (EVERY_KIND,)
    return ports_of(value, ports, source_ports) if value in {TCP, UDP} else (kind_of(value),)


def _types(said: str, protocol: int, unclear: list[str]) -> Iterable[Interval]:
    """`8` or `3:4`, a type and perhaps a code, by commas. Raises ValueError."""
    if said.lower() in _ANY:
        return [ANY_PORT]
    found = []
    for one in said.lower().split(","):
        kind, _, code = one.partition(":")
        if code not in _ANY:
            unclear.append(f"the code {code} of ICMP {protocol}")
        value = number(kind)
        found.append((value, value))
    return found


def _ports(said: str, unclear: list[str]) -> Sequence[Interval]:
    if said.lower() in _ANY:
        return [ANY_PORT]
    try:
        return [port_interval(one.strip(), "-") for one in said.split(",")]
    except ValueError:
        unclear.append(f"the ports {said[:80]}")
        return [ANY_PORT]


def _addresses(said: str, unclear: list[str]) -> Addresses:
    if said.lower() in _ANY:
        return EVERY_ADDRESS
    try:
        return tuple(dict.fromkeys(_address(one.strip()) for one in said.split(",")))
    except ValueError:
        unclear.append(f"the addresses {said[:80]}")
        return EVERY_ADDRESS


def _address(said: str) -> tuple[int, Interval]:
    """`10.0.0.1`, `10.0.0.0/24`, `10.0.0.0/255.255.255.0`, `10.0.0.1-10.0.0.9`. Raises ValueError."""
    first, is_range, last = said.partition("-")
    if is_range:
        return range_interval(first, last)
    return prefix_interval(str(ip_network(said, strict=False)))
