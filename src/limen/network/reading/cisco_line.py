"""One line of an access list: what it asks of a packet that begins a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.network.packets import ANY_PORT, Interval, Rule
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS
from limen.network.reading.cisco_objects import Objects, address_said
from limen.network.reading.cisco_words import (
    EVERY_PROTOCOL,
    OPERATORS,
    Numbered,
    Words,
    is_type,
    ports_said,
    protocol_of,
    type_of,
)
from limen.network.reading.named_objects import (
    EVERY_ADDRESS,
    EVERY_KIND,
    Addresses,
    Asked,
    Kind,
    kind_of,
    ports_of,
)
from limen.network.reading.reading import Errs, NotUnderstood, not_understood


class Dialect(StrEnum):
    """How a list writes addresses: masks or wildcards, and of which families."""

    ASA = "asa"
    IOS = "ios"
    IOS_6 = "ios6"
    STANDARD = "standard"
    """Of IOS: sources alone."""


@dataclass(frozen=True)
class AclLine:
    """`words` are those behind its name, which should begin with `permit` or `deny`."""

    acl: str
    line: Numbered
    words: tuple[str, ...]
    dialect: Dialect


_FAMILIES: Final = {Dialect.ASA: (4, 6), Dialect.IOS: (4,), Dialect.IOS_6: (6,), Dialect.STANDARD: (4,)}
_OF_PEOPLE: Final = {"user": 1, "user-group": 1, "object-group-user": 1, "object-group-security": 1}
"""Words before an address that say of whom it is, with how many words follow."""
_LOG_WORDS: Final = frozenset(
    {
        *("log", "log-input", "disable", "default", "interval", "alerts", "critical", "debugging", "emergencies"),
        *("errors", "informational", "notifications", "warnings"),
    }
)
_OF_ANSWERS: Final = frozenset({"established", "fragments"})
"""What only packets have that begin no connection."""


def rules_of(one: AclLine, objects: Objects, doubts: list[NotUnderstood]) -> list[Rule]:
    """None where it says nothing of packets that begin a connection."""
    where = f"{one.acl}:{one.line.number}"
    words = Words(one.words)
    said = words.take()
    if said not in {"permit", "deny"}:
        doubts.append(not_understood(where, one.line.text, Errs.EITHER))
        return []
    allows = said == "permit"
    unclear: list[str] = []
    try:
        asked = _asked(words, one.dialect, objects, unclear)
    except ValueError:
        doubts.append(not_understood(where, one.line.text, Errs.EITHER))
        return []
    if not _is_met(words, unclear):
        return []
    doubts += [not_understood(where, each) for each in dict.fromkeys(unclear)]
    if unclear and not allows:
        return []
    families = _FAMILIES[one.dialect]
    return [Rule(where, allows, "", "", box) for box in asked.boxes() if box.family in families]


def _asked(words: Words, dialect: Dialect, objects: Objects, unclear: list[str]) -> Asked:
    """Raises ValueError."""
    if dialect is Dialect.STANDARD:
        if words.peek() not in {"any", "host"} and len(words.left.split()) < 2:
            words = Words([*words.left.split(), "0.0.0.0"])  # noqa: S104 -- the wildcard of one address
        return Asked(address_said(words, is_wildcard=True), EVERY_ADDRESS, (EVERY_KIND,), unclear)
    protocols, kinds = _protocols(words, objects, unclear)
    sources = _address(words, dialect, objects, unclear)
    source_ports = _ports(words, protocols, objects, unclear)
    destinations = _address(words, dialect, objects, unclear)
    ports = _ports(words, protocols, objects, unclear)
    if protocols and protocols[0] in {ICMP, ICMPV6}:
        kinds = [kind_of(protocols[0], one) for one in _types(words, protocols[0], objects, unclear)]
    elif protocols and protocols[0] in WITH_PORTS:
        kinds = [kind for one in protocols for kind in ports_of(one, ports, source_ports)]
    return Asked(sources, destinations, kinds, unclear)


def _protocols(words: Words, objects: Objects, unclear: list[str]) -> tuple[list[int], Sequence[Kind]]:
    """Those that ports may follow, and what is asked where none do."""
    word = words.take()
    if word in {"object", "object-group"}:
        name = words.take()
        found = objects.kinds.of(name)
        if found is None:
            unclear.append(f"the service {name[:80]}")
            return [], (EVERY_KIND,)
        plain = [one.protocol[0] for one in found if one == kind_of(one.protocol[0])]
        return (plain if len(plain) == len(found) and set(plain) <= WITH_PORTS else []), found
    if word in EVERY_PROTOCOL:
        return [], (EVERY_KIND,)
    value = protocol_of(word)
    return [value], (kind_of(value),)


def _address(words: Words, dialect: Dialect, objects: Objects, unclear: list[str]) -> Addresses:
    while words.peek() in _OF_PEOPLE or words.peek() == "security-group":
        word = words.take()
        taken = [words.take() for _ in range(_OF_PEOPLE.get(word, 2))]
        unclear.append(f"{word} {' '.join(taken)}")
    if words.took("object", "object-group", "addrgroup"):
        name = words.take()
        found = objects.addresses.of(name)
        if found is None:
            unclear.append(f"the addresses {name[:80]}")
        return EVERY_ADDRESS if found is None else found
    if words.took("interface"):
        unclear.append(f"the addresses of the interface {words.take()}")
        return EVERY_ADDRESS
    return address_said(words, is_wildcard=dialect is Dialect.IOS)


def _ports(words: Words, protocols: Sequence[int], objects: Objects, unclear: list[str]) -> Sequence[Interval]:
    if not protocols or protocols[0] not in WITH_PORTS:
        return [ANY_PORT]
    if words.peek() in OPERATORS:
        return ports_said(words, protocols[0])
    ahead = words.left.split(maxsplit=2)
    if ahead[:1] == ["object-group"] and len(ahead) > 1 and ahead[1] in objects.ports.groups:
        words.take()
        name = words.take()
        found = objects.ports.of(name)
        if found is None:
            unclear.append(f"the ports {name[:80]}")
        return [ANY_PORT] if found is None else found
    return [ANY_PORT]


def _types(words: Words, protocol: int, objects: Objects, unclear: list[str]) -> Sequence[Interval]:
    if words.took("object-group"):
        name = words.take()
        found = objects.types.of(name)
        if found is None:
            unclear.append(f"the types {name[:80]}")
            return [ANY_PORT]
        return [type_of(one, protocol) for one in found]
    if not is_type(words.peek(), protocol):
        return [ANY_PORT]
    said = type_of(words.take(), protocol)
    if words.peek().isdigit():
        unclear.append(f"the code {words.take()}")
    return [said]


def _is_met(words: Words, unclear: list[str]) -> bool:
    """What stands behind: False where the line is off, or about packets that begin no connection."""
    while words.left:
        word = words.take()
        if word == "inactive" or word in _OF_ANSWERS:
            return False
        if word in {"reflect", "timeout", "tag"}:
            words.take() if words.left else None
        elif word == "time-range":
            unclear.append(f"time-range {words.take() if words.left else ''}")
        elif word not in _LOG_WORDS and not word.isdigit():
            unclear.append(f"{word} {words.left}".strip())
            return True
    return True
