"""Boxes as elements of sets: by which fields packets are looked up, and in which order.

A box becomes one of five shapes, each with a set of its own, so that packets without ports never meet a lookup by
port. Elements of one set share no packet, else they would not load.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from limen.network.nft.as_json import field
from limen.network.nft.tree import Element, Set, Statement
from limen.network.packets.box import ANY_PORT, ANY_PROTOCOL, ICMP, ICMPV6, WITH_PORTS, Box, Interval
from limen.network.packets.disjoint import Named, disjoint

OF_FAMILY: Final = {4: ICMP, 6: ICMPV6}
_LAST_TYPE: Final = 255
_LARGE: Final = 1_000
_MANY: Final = 500
"""Of how many boxes on it pays to look them up by hashes."""
_RANGES: Final = frozenset({"interval"})
_META_PROTOCOL: Final[Statement] = {"meta": {"key": "l4proto"}}
_SHAPES: Final = {
    "sources": (1, 2, 3, 4, 5),
    "ports": (1, 2, 3, 4),
    "types": (1, 2, 4),
    "protocols": (1, 2, 3),
    "addresses": (1, 2),
}
"""By which fields of a box each looks packets up; the narrowest first, so that its elements count what is theirs."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A set, and the matches that ask whether a packet is in it: of the set first, since it tells the protocol before a
    port is looked at.
    """

    set: Set
    matches: tuple[Statement, ...]


def lookups(name: str, boxes: Iterable[Named]) -> Iterator[Lookup]:
    """Sets that hold exactly these packets, called `name` and by their shape. Comments say whose a packet is.

    An Entangled where the boxes can't be cut so that none overlap.
    """
    shaped: dict[tuple[str, int], list[Named]] = defaultdict(list)
    for whose, box in boxes:
        for shape, part in shapes(box):
            shaped[shape, part.family].append((whose, part))
    for shape in _SHAPES:
        for family in (4, 6):
            if (shape, family) in shaped:
                yield from _lookups(f"{name}.{shape}{family}", shape, family, disjoint(shaped[shape, family]))


def _lookups(name: str, shape: str, family: int, boxes: Sequence[Named]) -> Iterator[Lookup]:
    """One set of ranges. Of many boxes, those that have only one value in each field, but for some that they share,
    get a table of hashes: in it the kernel finds a packet as soon among 50,000 as among ten, and among ranges not.
    """
    alike: dict[tuple[tuple[int, Interval], ...], list[Named]] = defaultdict(list)
    for whose, box in boxes if len(boxes) >= _MANY else ():
        wide = tuple((place, box[1:][place - 1]) for place in _SHAPES[shape] if _is_wide(box[1:][place - 1]))
        alike[wide].append((whose, box))
    hashed = {wide: some for wide, some in alike.items() if len(some) >= _MANY and len(wide) < len(_SHAPES[shape])}
    rest = boxes
    if hashed:
        rest = [one for wide, some in alike.items() if wide not in hashed for one in some]
    if rest:
        yield _lookup(name, shape, family, rest, _in_order(_SHAPES[shape], [box for _, box in rest]), _RANGES)
    for number, (wide, some) in enumerate(hashed.items(), 1):
        shared = dict(wide)
        matches = [_match(field_of(at, shape, family), field(type_of(at, shape, family), one)) for at, one in wide]
        places = [place for place in _SHAPES[shape] if place not in shared]
        yield _lookup(f"{name}.{number}", shape, family, some, places, frozenset(), matches)


def _is_wide(interval: Interval) -> bool:
    return interval[0] < interval[1]


def shapes(box: Box) -> Iterator[tuple[str, Box]]:
    """Parts of the box that are together the same packets, each with the name of its shape.

    ICMP of the other family is left out: such packets are denied before (`nftables.enforced`).
    """
    low, high = box.protocol
    if box.port == ANY_PORT and box.source_port == ANY_PORT:
        yield ("addresses" if box.protocol == ANY_PROTOCOL else "protocols"), box
        return
    for protocol in sorted(WITH_PORTS):
        if low <= protocol <= high:
            yield ("ports" if box.source_port == ANY_PORT else "sources"), box._replace(protocol=(protocol, protocol))
    if box.source_port[0] > 0:
        return  # what has no ports has source port 0
    types = box.port[0], min(box.port[1], _LAST_TYPE)
    icmp = OF_FAMILY[box.family]
    if low <= icmp <= high and types[0] <= types[1]:
        yield "types", box._replace(protocol=(icmp, icmp), port=types, source_port=ANY_PORT)
    if box.port[0] == 0:
        for some in _without_ports(box.protocol):
            yield "protocols", box._replace(protocol=some, port=ANY_PORT, source_port=ANY_PORT)


def _without_ports(protocols: Interval) -> Iterator[Interval]:
    """Of these protocols, those whose packets have neither ports nor a type."""
    low, high = protocols
    for one in sorted({*WITH_PORTS, ICMP, ICMPV6}):
        if low <= one - 1 and low <= high:
            yield low, min(one - 1, high)
        low = max(low, one + 1)
    if low <= high:
        yield low, high


def _lookup(
    name: str,
    shape: str,
    family: int,
    boxes: Sequence[Named],
    places: Sequence[int],
    flags: frozenset[str],
    matches: Sequence[Statement] = (),
) -> Lookup:
    elements = tuple(Element(tuple(box[1:][place - 1] for place in places), whose) for whose, box in boxes)
    types = tuple(type_of(place, shape, family) for place in places)
    fields = [field_of(place, shape, family) for place in places]
    held = Set(name, types, elements, flags, has_counters=True)
    return Lookup(held, (_match(fields[0] if len(fields) == 1 else {"concat": fields}, f"@{name}"), *matches))


def _match(left: Statement, right: Any) -> Statement:
    return {"match": {"op": "==", "left": left, "right": right}}


def _in_order(places: tuple[int, ...], boxes: Sequence[Box]) -> list[int]:
    """The fields of a large set with the most telling first. The kernel compares a new element with the others field by
    field: behind a field that all share, 50,000 elements take 24 s to load instead of 1 (docs/decisions/0172).
    """
    if len(boxes) < _LARGE:
        return list(places)
    return sorted(places, key=lambda place: -len({box[1:][place - 1] for box in boxes}))


def type_of(place: int, shape: str, family: int) -> str:
    """What nft calls the type of a field of a box, which is at this place in it."""
    if place in {1, 2}:
        return f"ipv{family}_addr"
    if place == 3:
        return "inet_proto"
    return ("icmp_type" if family == 4 else "icmpv6_type") if shape == "types" else "inet_service"


def field_of(place: int, shape: str, family: int) -> Statement:
    """How nft reads that field of a packet."""
    if place == 3:
        return _META_PROTOCOL
    if shape == "types" and place == 4:
        return {"payload": {"protocol": "icmp" if family == 4 else "icmpv6", "field": "type"}}
    where = {1: "saddr", 2: "daddr", 4: "dport", 5: "sport"}[place]
    return {"payload": {"protocol": ("ip" if family == 4 else "ip6") if place in {1, 2} else "th", "field": where}}
