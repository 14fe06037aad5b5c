"""Rules of OPNsense's API, as `GET /api/firewall/filter/get` answers them, as a Ruleset.

Each interface is a zone. A packet meets the rules of the interface by which it comes in: first those without an
interface or with several, then those of groups of interfaces, then its own, each by their sequence; the first that fits
decides, and what none fits is denied (OPNsense documentation, "Rules", and the model `OPNsense/Firewall/Filter.xml`).
Rules of the older page are not among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, ANYWHERE, Box, Interval, Rule, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, WITH_PORTS, of_one_family
from limen.network.reading.intervals import all_but, joined, number, port_interval, prefix_interval
from limen.network.reading.json_documents import objects
from limen.network.reading.reading import (
    MOST_ZONES,
    OTHER,
    Errs,
    NotUnderstood,
    Reading,
    UnreadableError,
    not_understood,
    refuse_beyond,
)
from limen.network.reading.stages import Guards, Known, Passing

PROTOCOLS: Final = {"TCP": 6, "UDP": 17, "ICMP": ICMP, "IPV6-ICMP": ICMPV6, "ESP": 50, "AH": 51, "GRE": 47, "SCTP": 132}
ICMP_TYPES: Final = {
    "echoreq": 8, "echorep": 0, "unreach": 3, "squench": 4, "redir": 5, "routeradv": 9, "routersol": 10, "timex": 11,
    "paramprob": 12, "timereq": 13, "timerep": 14,
}  # fmt: skip
MOST_RULES: Final = 20_000
_MOST_STEPS: Final = 1_000_000
_FAMILIES: Final = {"inet": (4,), "inet6": (6,), "inet46": (4, 6)}
_INTERFACE: Final = re.compile(r"wan|lan|opt\d{1,4}|lo\d|enc0")
"""What OPNsense calls interfaces. Whatever else a rule names is a group of them."""
_ACTIONS: Final = frozenset({"pass", "block", "reject"})
_LONGEST: Final = 4 << 20
"""Letters of one field: more addresses than that are in no rule."""
_UNDERSTOOD: Final = frozenset((
    "enabled", "sequence", "action", "quick", "interface", "direction", "ipprotocol", "protocol", "icmptype",
    "icmp6type", "source_net", "source_not", "source_port", "destination_net", "destination_not", "destination_port",
    "description", "uuid",
))  # fmt: skip
_MEANS_NOTHING: Final = frozenset((
    "sort_order", "prio_group", "statetype", "state-policy", "replyto", "disablereplyto", "log", "allowopts", "nosync",
    "nopfsync", "statetimeout", "udp-first", "udp-multiple", "udp-single", "adaptivestart", "adaptiveend", "set-prio",
    "set-prio-low", "tag", "categories", "shaper1", "shaper2",
))  # fmt: skip
"""What changes nothing about which packets begin a connection by it. Whatever else is set may be a condition."""
_KNOWN: Final = _UNDERSTOOD | _MEANS_NOTHING


def rows_of(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each rule with its fields as plain texts, and its `uuid`, in no order. Raises UnreadableError."""
    if isinstance(document.get("rows"), list):
        found = objects(document, "rows")
        refuse_beyond(len(found), MOST_RULES, "rules")
        return [_plain(one) for one in found]
    where: Any = document
    for name in ("filter", "rules", "rule"):
        where = where.get(name) if isinstance(where, dict) else None
    if isinstance(where, list) and not where:
        return []  # PHP writes an empty map so
    if not isinstance(where, dict) or not all(isinstance(one, dict) for one in where.values()):
        raise UnreadableError("this document has no rules", "give the answer of /api/firewall/filter/get")
    refuse_beyond(len(where), MOST_RULES, "rules")
    return [{**_plain(one), "uuid": str(uuid)[:80]} for uuid, one in where.items()]


def read_opnsense(*documents: Mapping[str, Any], known: Known | None = None) -> Reading:
    """`known.groups` are interfaces, each with its zone. Raises UnreadableError."""
    return read_rows([row for one in documents for row in rows_of(one)], known)


def read_rows(rows: Iterable[Mapping[str, str]], known: Known | None = None) -> Reading:
    enabled = sorted((one for one in rows if one.get("enabled") != "0"), key=place_of)
    stated = {name for one in enabled for name in _interfaces(one) if _INTERFACE.fullmatch(name)}
    refuse_beyond(len(stated), MOST_ZONES, "interfaces")
    doubts: list[NotUnderstood] = []
    read = [(one, list(_rules(one, doubts))) for one in enabled]
    interfaces = list(known.groups) if known else [*sorted(stated), OTHER]
    by_interface = {
        name: [rule for one, rules in read for rule in rules if _is_met(one, name, interfaces, may_be=rule.allows)]
        for name in interfaces
    }
    doubts += [
        not_understood(_id_of(one), "who is in this group of interfaces") for one in enabled if _groups(one, interfaces)
    ]
    if known is None:
        zoned = [replace(one, from_zone=name) for name, rules in by_interface.items() for one in rules]
        return Reading("opnsense", Ruleset(tuple(interfaces), tuple(zoned)), tuple(doubts))
    between: list[Rule] = []
    for name, held in known.groups.items():
        rules = list(_between(held[0][0], by_interface[name], known))
        is_last = not any(one[0][0] == held[0][0] for one in list(known.groups.values())[interfaces.index(name) + 1 :])
        between += rules if is_last else _only_open(rules)
    return Reading("opnsense", Ruleset(tuple(known.places), tuple(between)), tuple(doubts))


def _between(zone: str, rules: Sequence[Rule], known: Known) -> Iterator[Rule]:
    """A router parts zones from others, and none from itself."""
    passing = Passing(tuple(known.places), {zone: Guards((rules,))}, known.places).ruleset()
    return (one for one in passing.rules if one.from_zone == zone != one.to_zone)


def _only_open(rules: Iterable[Rule]) -> Iterator[Rule]:
    """What they let through, by rules that let through alone: so the rules of another interface of the zone may stand
    behind them. Raises UnreadableError.
    """
    before: dict[str, list[Box]] = {}
    steps = 0
    for rule in rules:
        met = before.setdefault(rule.to_zone, [])
        pieces = [rule.box] if rule.allows else []
        for other in met:
            pieces = [piece for one in pieces for piece in one.without(other)]
            steps += len(pieces) + 1
            refuse_beyond(steps, _MOST_STEPS, "steps from rule to rule")
        met.append(rule.box)
        yield from (replace(rule, box=piece) for piece in pieces)


# Which rules a packet meets


def place_of(row: Mapping[str, str]) -> tuple[int, int, str]:
    """Where it stands among the others."""
    names = _interfaces(row)
    group = 2 if len(names) != 1 else 4 if _INTERFACE.fullmatch(names[0]) else 3
    sequence = row.get("sequence", "")
    is_number = sequence.isascii() and sequence.isdigit() and len(sequence) < 8
    return group, int(sequence) if is_number else 0, row.get("uuid", "")


def _interfaces(row: Mapping[str, str]) -> list[str]:
    return [one for one in row.get("interface", "").split(",") if one]


def _is_met(row: Mapping[str, str], interface: str, interfaces: Iterable[str], *, may_be: bool) -> bool:
    """`may_be`: also where it is in a group of interfaces perhaps."""
    names = _interfaces(row)
    if row.get("interfacenot", "") not in {"", "0"}:
        return may_be
    return not names or interface in names or (may_be and bool(_groups(row, interfaces)))


def _groups(row: Mapping[str, str], interfaces: Iterable[str]) -> list[str]:
    return [one for one in _interfaces(row) if not _INTERFACE.fullmatch(one) and one not in interfaces]


# One rule


@dataclass(slots=True)
class _Doubts:
    said: list[str] = field(default_factory=list)


def _rules(row: Mapping[str, str], doubts: list[NotUnderstood]) -> Iterator[Rule]:
    id_ = _id_of(row)
    unclear = _Doubts(
        [one for one in sorted(row) if one[:1] != "%" and one not in _KNOWN and row[one] not in {"", "0"}]
    )
    action = row.get("action", "pass")
    if action not in _ACTIONS:
        unclear.said.append(f"the action {action}")
    allows = action == "pass"
    if row.get("direction", "in") == "out":
        if not allows:
            doubts.append(not_understood(id_, "a rule for packets that go out"))
        return
    if row.get("quick", "1") == "0":
        unclear.said.append("a rule that later ones may overrule")
    if row.get("ipprotocol", "inet") not in _FAMILIES:
        unclear.said.append(f"the version {row['ipprotocol']}")
    families = _FAMILIES.get(row.get("ipprotocol", "inet"), (4, 6))
    sources, destinations = (list(_side(row, side, unclear)) for side in ("source", "destination"))
    services = list(_services(row, unclear))
    source_ports = _ports(row.get("source_port", ""), unclear)
    doubts += [not_understood(id_, one, Errs.TOO_OPEN) for one in unclear.said]
    if unclear.said and not allows:
        return
    for protocol, port in services:
        for family, source, destination in of_one_family(sources, destinations):
            if family in families:
                box = Box(family, source, destination, protocol, port, source_ports)
                yield Rule(id_, allows, ANYWHERE, ANYWHERE, box)


def _side(row: Mapping[str, str], side: str, unclear: _Doubts) -> Iterator[tuple[int, Interval]]:
    """Its addresses, or with `…_not` all others."""
    before = len(unclear.said)
    named = list(_addresses(row.get(f"{side}_net", "any"), unclear))
    if row.get(f"{side}_not", "") in {"", "0"} or len(unclear.said) > before:
        yield from named
        return
    for family, last in LAST_ADDRESS.items():
        yield from ((family, one) for one in all_but([it for other, it in named if other == family], last))


def _id_of(row: Mapping[str, str]) -> str:
    return row.get("description", "")[:100] or row.get("uuid", "?")


def _addresses(said: str, unclear: _Doubts) -> Iterator[tuple[int, Interval]]:
    every = [(family, (0, last)) for family, last in LAST_ADDRESS.items()]
    names = [one.strip() for one in said.split(",") if one.strip()]
    if not names or "any" in names:
        yield from every
        return
    try:
        yield from joined(map(prefix_interval, names))
    except ValueError:
        unclear.said.append(f"the addresses {said}")
        yield from every


def _services(row: Mapping[str, str], unclear: _Doubts) -> Iterator[tuple[Interval, Interval]]:
    said = row.get("protocol", "any")
    if said.lower() in {"", "any"}:
        yield ANY_PROTOCOL, ANY_PORT
        return
    for name in said.upper().split("/"):
        try:
            value = PROTOCOLS[name] if name in PROTOCOLS else number(name)
        except ValueError:
            unclear.said.append(f"protocol {said}")
            yield ANY_PROTOCOL, ANY_PORT
            return
        if value in WITH_PORTS:
            yield (value, value), _ports(row.get("destination_port", ""), unclear)
        elif value in {ICMP, ICMPV6}:
            yield from (((value, value), one) for one in _types(row, value, unclear))
        else:
            yield (value, value), ANY_PORT


def _ports(said: str, unclear: _Doubts) -> Interval:
    if not said:
        return ANY_PORT
    try:
        return port_interval(said, "-")
    except ValueError:
        unclear.said.append(f"the ports {said}")
        return ANY_PORT


def _types(row: Mapping[str, str], protocol: int, unclear: _Doubts) -> Iterator[Interval]:
    said = row.get("icmptype" if protocol == ICMP else "icmp6type", "")
    if not said:
        yield ANY_PORT
        return
    for one in said.split(","):
        kind = ICMP_TYPES.get(one) if protocol == ICMP else int(one) if one.isascii() and one.isdigit() else None
        if kind is None:
            unclear.said.append(f"the type {one}")
            yield ANY_PORT
        else:
            yield kind, kind


def _plain(row: Mapping[str, Any]) -> dict[str, str]:
    """The API writes a choice as all that could be chosen, with what is `selected`."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        chosen = (key for key, one in value.items() if isinstance(one, dict) and one.get("selected") in {1, "1"})
        return _whole(",".join(str(one) for one in chosen))
    if isinstance(value, bool):
        return "1" if value else "0"
    return _whole(str(value)) if isinstance(value, str | int) else ""


def _whole(text: str) -> str:
    """Half a list would be other addresses."""
    refuse_beyond(len(text), _LONGEST, "letters in one field of a rule")
    return text
