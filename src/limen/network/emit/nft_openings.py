"""What is opened for a while: elements that the kernel ends by itself, also when nobody is left to do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from limen.clock import SECOND, Instant
from limen.network.emit.nft_router import NotEmittable, Router
from limen.network.emit.nft_sets import Lookup, field_of, shapes, type_of
from limen.network.nft.tree import Element, Set
from limen.network.packets.box import Box
from limen.network.packets.disjoint import disjoint
from limen.network.packets.ruleset import Rule

_FLAGS: Final = frozenset({"interval", "timeout"})
_PLACES: Final = {"ports": (1, 2, 3, 4), "protocols": (1, 2, 3)}


def openings(zone: str, rules: Sequence[tuple[str, Rule]], router: Router, now: Instant) -> Iterator[Lookup]:
    """Sets of what is open from a zone: rules, each with the zone that it leads to. They are there when nothing is, so
    that a door can be opened by adding one element.

    Seconds are rounded down: nothing stays open longer than meant. Where two openings overlap, the longer one counts.
    """
    found: dict[tuple[str, int], list[Element]] = defaultdict(list)
    for to_zone in dict.fromkeys(to_zone for to_zone, _ in rules):
        parts: dict[str, list[tuple[str, Box]]] = defaultdict(list)
        lasting = sorted((one for to, one in rules if to == to_zone), key=lambda one: -(one.until or 0))
        for place, one in enumerate(lasting):
            for shape, part in _shapes(one):
                parts[shape].append((str(place), part))
        for shape, boxes in parts.items():
            for number, box in disjoint(boxes):
                rule = lasting[int(number)]
                if (left := ((rule.until or 0) - now) // SECOND) > 0:
                    key = tuple(box[1:][place - 1] for place in _PLACES[shape])
                    found[shape, box.family] += [
                        Element((*key[:2], interface, *key[2:]), rule.id, None, left)
                        for interface in router.legs[to_zone]
                    ]
    for shape in _PLACES:
        for family in (4, 6):
            yield _lookup(f"opened.{zone}.{shape}{family}", shape, family, found[shape, family])


def _shapes(rule: Rule) -> Iterator[tuple[str, Box]]:
    for shape, part in shapes(rule.box):
        if shape not in {*_PLACES, "addresses"}:
            raise NotEmittable("opening", rule.id)
        yield ("ports" if shape == "ports" else "protocols"), part


def _lookup(name: str, shape: str, family: int, elements: list[Element]) -> Lookup:
    """Addresses first, since openings differ in them (see `nft_sets`)."""
    places = _PLACES[shape]
    types = [type_of(place, shape, family) for place in places]
    fields = [field_of(place, shape, family) for place in places]
    left = {"concat": [*fields[:2], {"meta": {"key": "oifname"}}, *fields[2:]]}
    held = Set(name, (*types[:2], "ifname", *types[2:]), tuple(elements), _FLAGS, has_counters=True)
    return Lookup(held, ({"match": {"op": "==", "left": left, "right": f"@{name}"}},))
