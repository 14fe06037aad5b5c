"""Objects and groups of objects that access lists of Cisco name, of the ASA and of IOS.

An object with something in it that is not understood is not known, so that each line that names it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_network
from typing import Final, TypeVar

from limen.network.packets import ANY_PORT, Interval
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, TCP, UDP, WITH_PORTS
from limen.network.reading.cisco_words import (
    EVERY_PROTOCOL,
    OPERATORS,
    Block,
    Words,
    is_type,
    ports_said,
    protocol_of,
    type_of,
)
from limen.network.reading.intervals import prefix_interval, range_interval
from limen.network.reading.named_objects import EVERY_ADDRESS, EVERY_KIND, Addresses, Kind, Named, kind_of, ports_of

T = TypeVar("T")
_UNKNOWN: Final = ""
"""A member that is never known."""
_ANY: Final = {
    "any": EVERY_ADDRESS,
    "any4": ((4, (0, LAST_ADDRESS[4])),),
    "any6": ((6, (0, LAST_ADDRESS[6])),),
}


@dataclass
class Objects:
    """`kinds` are services with their protocol; `ports` those of groups whose protocol the line says."""

    addresses: Named[tuple[int, Interval]] = field(default_factory=Named)
    kinds: Named[Kind] = field(default_factory=Named)
    ports: Named[Interval] = field(default_factory=Named)
    types: Named[str] = field(default_factory=Named)


def objects_of(blocks: Iterable[Block]) -> Objects:
    found = Objects()
    for block in blocks:
        words = block.head.text.split()
        if words[0] not in {"object", "object-group"} or len(words) < 3:
            continue
        kind, name, below = words[1], words[2], [one.text.split() for one in block.below]
        if words[:2] == ["object-group", "service"] and len(words) > 3:
            _put(found.ports, name, below, lambda line, protocol=words[3]: _port_object(line, protocol))  # type: ignore[misc]
        elif kind == "network":
            _put(found.addresses, name, below, _address_object)
        elif kind in {"service", "protocol"}:
            _put(found.kinds, name, below, _kind_object)
        elif kind == "icmp-type":
            _put(found.types, name, below, _type_object)
    return found


def _put(
    table: Named[T], name: str, lines: Sequence[list[str]], read: Callable[[list[str]], Sequence[T] | str | None]
) -> None:
    """`read` gives what a line stands for, the name of another object that it names, or None where it says nothing."""
    members: list[str] = []
    for number, line in enumerate(lines):
        try:
            said = read(line)
        except (ValueError, KeyError, IndexError):
            members.append(_UNKNOWN)
            continue
        if isinstance(said, str):
            members.append(said)
        elif said is not None:
            own = f"{name} {number}"
            table.plain[own] = tuple(said)
            members.append(own)
    table.groups[name] = members


def _named_in(line: list[str]) -> str | None:
    """The object that a line of a group names."""
    words = line[1:] if line[0].endswith("-object") and line[0] != "group-object" else line
    return words[1] if words[0] in {"group-object", "object", "object-group"} else None


_SAYS_NOTHING: Final = frozenset({"description", "nat", "exit", "timeout", "no"})


def _address_object(line: list[str]) -> Addresses | str | None:
    if line[0] in _SAYS_NOTHING:
        return None
    if (name := _named_in(line)) is not None:
        return name
    words = Words(one for one in line if one not in {"network-object", "subnet"})
    if words.took("range"):
        return (range_interval(words.take(), words.take()),)
    found = address_said(words, is_wildcard=False)
    if words.left:
        raise ValueError(words.left)
    return found


def address_said(words: Words, *, is_wildcard: bool) -> Addresses:
    """`any`, `host 10.0.0.1`, `10.0.0.0 255.255.255.0` or, as a wildcard, `10.0.0.0 0.0.0.255`, `2001:db8::/32`. Raises
    ValueError.
    """
    word = words.take()
    if word in _ANY:
        return _ANY[word]
    if word == "host":
        return (prefix_interval(words.take()),)
    if "/" in word or ":" in word:
        return (prefix_interval(word),)
    mask = words.take()
    if mask.startswith("/"):
        return (prefix_interval(word + mask),)
    if is_wildcard:
        mask = str(IPv4Address(int(IPv4Address(mask)) ^ LAST_ADDRESS[4]))
    bits = int(IPv4Address(mask))
    if bits | (bits - 1 if bits else 0) != LAST_ADDRESS[4] and bits:
        raise ValueError(mask)
    return (prefix_interval(str(ip_network((word, bits.bit_count()), strict=False))),)


def _port_object(line: list[str], protocol: str) -> Sequence[Interval] | str | None:
    if line[0] in _SAYS_NOTHING:
        return None
    if (name := _named_in(line)) is not None:
        return name
    words = Words(one for one in line if one != "port-object")
    return ports_said(words, UDP if protocol == "udp" else TCP)


def _type_object(line: list[str]) -> Sequence[str] | str | None:
    if line[0] in _SAYS_NOTHING:
        return None
    return _named_in(line) or [line[1]]


def _kind_object(line: list[str]) -> Sequence[Kind] | str | None:
    if line[0] in _SAYS_NOTHING:
        return None
    if (name := _named_in(line)) is not None:
        return name
    words = Words(one for one in line if one not in {"service-object", "service", "protocol-object"})
    found = kinds_said(words)
    if words.left:
        raise ValueError(words.left)
    return found


def kinds_said(words: Words) -> Sequence[Kind]:
    """`tcp destination eq 443`, `udp eq 53`, `icmp echo`, `gre`, `tcp-udp eq 53`. Raises ValueError."""
    word = words.take()
    if word in EVERY_PROTOCOL:
        return (EVERY_KIND,)
    protocols = [TCP, UDP] if word == "tcp-udp" else [protocol_of(word)]
    if protocols[0] in {ICMP, ICMPV6}:
        is_typed = is_type(words.peek(), protocols[0])
        return (kind_of(protocols[0], type_of(words.take(), protocols[0])) if is_typed else kind_of(protocols[0]),)
    if protocols[0] not in WITH_PORTS:
        return (kind_of(protocols[0]),)
    sources, ports = [ANY_PORT], [ANY_PORT]
    if words.took("source"):
        sources = ports_said(words, protocols[0])
    if words.took("destination") or words.peek() in OPERATORS:
        ports = ports_said(words, protocols[0])
    return [kind for one in protocols for kind in ports_of(one, ports, sources)]
