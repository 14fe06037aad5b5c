"""Sets of packets while a ruleset of nftables is walked through, and what its matches leave of them.

Interfaces stand for themselves here; zones come in at the end. Packets are those that begin a connection, so their
state is `new`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from limen.network.nft.names import INTERFACE, LAST, interval
from limen.network.nft.normal import type_of
from limen.network.nft.tree import Set, Statement, Value
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS, Box, Interval

_NEW: Final = "new"
_FAMILIES: Final = {"ip": 4, "ip6": 6, "ipv4": 4, "ipv6": 6}
_PROTOCOLS: Final = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "icmp": ICMP, "icmpv6": ICMPV6}
_PLACES: Final = {"source": 0, "destination": 1, "protocol": 2, "port": 3, "source_port": 4}
"""Where a field stands in a box, after its family."""
_METAS: Final = {
    "iifname": ("from", INTERFACE),
    "iif": ("from", INTERFACE),
    "oifname": ("to", INTERFACE),
    "oif": ("to", INTERFACE),
    "nfproto": ("family", "family"),
    "protocol": ("family", "family"),
    "l4proto": ("protocol", "inet_proto"),
}
MOST_PIECES: Final = 1_000_000
"""Of one match, and of a whole ruleset."""


class TooTangled(ValueError):  # noqa: N818 - what it is, said of the ruleset
    """The ruleset can't be read within bounds."""


class Region(NamedTuple):
    """Packets that come in by one of these interfaces, leave by one of those, and are in the box. `whose` and
    `seconds` are those of the element of a set that they are in.
    """

    sources: frozenset[str]
    destinations: frozenset[str]
    box: Box
    whose: str = ""
    seconds: int | None = None


class Found(NamedTuple):
    """What is decided about a region, and by what."""

    id: str
    allows: bool
    region: Region


@dataclass(frozen=True, slots=True)
class Field:
    """What a match looks at: `name` is `from`, `to`, `family` or one of a box. Packets that have no such field don't
    match, so it narrows them by itself: to a family, and to protocols.
    """

    name: str
    type: str
    family: int | None = None
    protocols: tuple[int, ...] = ()
    is_sure: bool = True


def field_of(expression: object) -> Field | None:
    """None: nothing here tells packets apart by it."""
    type_ = type_of(expression)
    match expression:
        case {"meta": {"key": str(key)}} if key in _METAS:
            return Field(*_METAS[key])
        case {"payload": {"protocol": "ip" | "ip6" as family, "field": "saddr" | "daddr" as name}}:
            return Field({"saddr": "source", "daddr": "destination"}[name], type_, _FAMILIES[family])
        case {"payload": {"protocol": "ip", "field": "protocol"}}:
            return Field("protocol", type_, 4)
        case {"payload": {"protocol": "ip6", "field": "nexthdr"}}:
            return Field("protocol", type_, 6, is_sure=False)  # it is another header's where there are extensions
        case {"payload": {"protocol": str(protocol), "field": "sport" | "dport" as name}}:
            protocols = tuple(sorted(WITH_PORTS)) if protocol == "th" else (_PROTOCOLS.get(protocol, -1),)
            return Field({"sport": "source_port", "dport": "port"}[name], type_, protocols=protocols)
        case {"payload": {"protocol": "icmp" | "icmpv6" as protocol, "field": "type"}}:
            return Field("port", type_, 4 if protocol == "icmp" else 6, (_PROTOCOLS[protocol],))
    return None


def initial(interfaces: frozenset[str], boxes: Iterable[Box]) -> list[Region]:
    return [Region(interfaces, interfaces, box) for box in boxes]


def matched(regions: Sequence[Region], statement: Statement, sets: Mapping[str, Set]) -> tuple[list[Region], bool]:
    """What a `match` leaves, and whether it is exactly that; if not, it may be less."""
    about = statement["match"]
    op, left, right = about.get("op"), about.get("left"), about.get("right")
    if isinstance(left, Mapping) and "ct" in left:
        return _by_connection(regions, left, op, right)
    keyed = keys(left, right, sets)
    if keyed is None or op not in {"==", "!=", "in", "<", ">", "<=", ">="}:
        return list(regions), False
    fields, values = keyed
    base = [one for region in regions for one in with_fields(region, fields)]
    is_sure = all(field.is_sure for field in fields) and not _may_be_misread(regions, fields)
    if op in {"<", ">", "<=", ">="}:
        values = [((_beyond(op, fields[0].type, value[0]),), "", None) for value, _, _ in values]
    found = [one for region in base for value in values for one in narrowed(region, fields, value)]
    if op == "!=":
        lasting = [one for one in found if one.seconds is None]  # the others fit again when their time is over
        is_sure = is_sure and len(lasting) == len(found)
        found = [one for region in base for one in minus(region, lasting)]
    return _bounded(found), is_sure


def keys(
    left: object, right: object, sets: Mapping[str, Set]
) -> tuple[list[Field], list[tuple[tuple[Value, ...], str, int | None]]] | None:
    """The fields that are looked at, and the values that they are held against, each with whose it is and how long it
    stays; None where some of it has no meaning here.
    """
    parts = left["concat"] if isinstance(left, Mapping) and "concat" in left else [left]
    fields = [field_of(part) for part in parts]
    sure = [field for field in fields if field is not None]
    if len(sure) != len(fields):
        return None
    if isinstance(right, str) and right.startswith("@"):
        held = sets.get(right[1:])
        if held is None or not held.is_understood or "dynamic" in held.flags or len(held.types) != len(sure):
            return None
        return sure, [(one.key, one.comment, one.seconds) for one in held.elements]
    alternatives = right["set"] if isinstance(right, Mapping) and "set" in right else [right]
    try:
        return sure, [(_key(sure, one), "", None) for one in alternatives]
    except (ValueError, KeyError, TypeError):
        return None


def _key(fields: Sequence[Field], value: Any) -> tuple[Value, ...]:
    if isinstance(value, Mapping) and "elem" in value:
        value = value["elem"]["val"]
    parts = value["concat"] if isinstance(value, Mapping) and "concat" in value else [value]
    return tuple(_one(field, part) for field, part in zip(fields, parts, strict=True))


def _one(field: Field, value: Any) -> Value:
    if field.type == "family":
        return str(_FAMILIES[value])
    if field.type == INTERFACE:
        if not isinstance(value, str):
            raise ValueError("interface")
        return value
    return interval(field.type, value)


def with_fields(region: Region, fields: Iterable[Field]) -> list[Region]:
    """The packets that have these fields."""
    found = [region]
    for field in fields:
        if field.family is not None:
            found = [one for one in found if one.box.family == field.family]
        if field.protocols:
            found = [
                one._replace(box=one.box._replace(protocol=(protocol, protocol)))
                for one in found
                for protocol in field.protocols
                if one.box.protocol[0] <= protocol <= one.box.protocol[1]
            ]
    return found


def narrowed(
    region: Region, fields: Sequence[Field], value: tuple[tuple[Value, ...], str, int | None]
) -> Iterator[Region]:
    """The packets whose fields are in all of these."""
    key, whose, seconds = value
    sources, destinations, box = region.sources, region.destinations, list(region.box[1:])
    for field, one in zip(fields, key, strict=True):
        if isinstance(one, str):
            if field.name == "from":
                sources = frozenset(name for name in sources if _is_called(name, one))
            elif field.name == "to":
                destinations = frozenset(name for name in destinations if _is_called(name, one))
            elif str(region.box.family) != one:
                return
            continue
        place = _PLACES[field.name]
        box[place] = max(box[place][0], one[0]), min(box[place][1], one[1])
        if box[place][0] > box[place][1]:
            return
    if sources and destinations:
        lasting = seconds if region.seconds is None else min(region.seconds, seconds or region.seconds)
        yield Region(sources, destinations, Box(region.box.family, *box), whose or region.whose, lasting)


def minus(region: Region, others: Iterable[Region]) -> list[Region]:
    """The packets of a region that are in none of the others."""
    left = [region]
    for other in others:
        left = [piece for one in left for piece in _without(one, other)]
        if len(left) > MOST_PIECES:
            raise TooTangled("more pieces than can be told apart")
    return left


def _without(one: Region, other: Region) -> Iterator[Region]:
    if one.box.meets(other.box) is None or not (one.sources & other.sources and one.destinations & other.destinations):
        yield one
        return
    if rest := one.sources - other.sources:
        yield one._replace(sources=rest)
    sources = one.sources & other.sources
    if rest := one.destinations - other.destinations:
        yield one._replace(sources=sources, destinations=rest)
    for box in one.box.without(other.box):
        yield one._replace(sources=sources, destinations=one.destinations & other.destinations, box=box)


def _by_connection(
    regions: Sequence[Region], left: Mapping[str, Any], op: object, right: Any
) -> tuple[list[Region], bool]:
    """A packet that begins a connection is new, and goes in its original direction."""
    key = left["ct"].get("key") if isinstance(left["ct"], Mapping) else None
    if key not in {"state", "direction"} or op not in {"==", "!=", "in"}:
        return list(regions), False
    values = right["set"] if isinstance(right, Mapping) and "set" in right else right
    is_so = (_NEW if key == "state" else "original") in (values if isinstance(values, list) else [values])
    return (list(regions) if is_so == (op != "!=") else []), True


def _may_be_misread(regions: Sequence[Region], fields: Sequence[Field]) -> bool:
    """`th dport` reads two bytes of whatever protocol; here only protocols with ports have them."""
    if not any(len(field.protocols) > 1 for field in fields) or any(field.name == "protocol" for field in fields):
        return False
    return any(one.box.protocol[0] != one.box.protocol[1] for one in regions)


def _beyond(op: str, type_: str, value: Value) -> Interval:
    if isinstance(value, str):
        return 1, 0
    low, high = value
    last = LAST[type_]
    return {"<": (0, low - 1), "<=": (0, high), ">": (high + 1, last), ">=": (low, last)}[op]


def _is_called(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _bounded(found: list[Region]) -> list[Region]:
    if len(found) > MOST_PIECES:
        raise TooTangled("more pieces than can be told apart")
    return found
