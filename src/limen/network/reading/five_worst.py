"""The worst of what rules leave open: by who can use it, what of, and how much harm is done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import summarize_address_range
from itertools import product
from math import log2
from typing import Final

from limen.network.model import INTERNET, Prefix
from limen.network.packets import ANYWHERE, Box, Interval, Rule, Ruleset, address_of
from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.intervals import shared
from limen.network.reading.openings import opened
from limen.network.reading.reading import FIREWALL
from limen.network.reading.service_words import harm, service_words

FIVE: Final = 5
EVERY_ADDRESS: Final = "every address"
_UNKNOWN_SENSITIVITY: Final = 1
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """What one rule opens between two zones (`ANYWHERE`: any). `weight` says how bad it is beside others, `is_public`
    that the internet may use it.
    """

    rule: Rule
    boxes: tuple[Box, ...]
    weight: float
    is_public: bool

    @property
    def sentence(self) -> str:
        return f"{self._who()} can reach {self._what()} of {self._whose()}"

    def _who(self) -> str:
        zone = self.rule.from_zone
        if self.is_public and zone in {ANYWHERE, INTERNET}:
            return "Anybody on the internet"
        words = named_addresses((box.family, box.source) for box in self.boxes)
        everybody = "Anybody on the internet, through" if self.is_public else "Everybody in"
        if words == EVERY_ADDRESS:
            return f"{everybody} {zone}" if zone else "Everybody"
        return f"{words} in {zone}" if zone else words

    def _what(self) -> str:
        return _few(list(dict.fromkeys(service_words(box.protocol, box.port) for box in self.boxes)))

    def _whose(self) -> str:
        if self.rule.to_zone == FIREWALL:
            return "the firewall itself"
        words = named_addresses((box.family, box.destination) for box in self.boxes)
        return f"{words} in {self.rule.to_zone}" if self.rule.to_zone else words


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of zones: the addresses in them, which lead to the internet, how sensitive they are (0 to 3).

    Where the addresses of a zone are not known, the internet may be in it.
    """

    places: Mapping[str, Sequence[Prefix]] = field(default_factory=dict)
    internet: Collection[str] = ()
    sensitivity: Mapping[str, int] = field(default_factory=dict)


def worst(ruleset: Ruleset, known: Surroundings, most: int = FIVE) -> list[Opening]:
    """The heaviest first; of rules with one id and one way only what weighs most. What a firewall itself sends is left
    out, and so is what stays in one zone.
    """
    internet = {INTERNET, *known.internet}
    by_rule: dict[tuple[str, str, str], Opening] = {}
    for rule, boxes, _ in opened(ruleset):
        if rule.from_zone == FIREWALL or rule.from_zone == rule.to_zone != ANYWHERE:
            continue
        clipped = tuple(_clipped(rule, boxes, known.places))
        if not clipped:
            continue
        may_be_public = rule.from_zone not in known.places
        is_public = may_be_public and any(_is_public(box.family, box.source) for box in clipped)
        sensitivity = 0 if rule.to_zone in internet else known.sensitivity.get(rule.to_zone, _UNKNOWN_SENSITIVITY)
        weight = max(_weight(box, sensitivity, is_public=is_public) for box in clipped)
        one = Opening(rule, clipped, weight, is_public)
        key = rule.id, rule.from_zone, rule.to_zone
        if key not in by_rule or by_rule[key].weight < one.weight:
            by_rule[key] = one
    return sorted(by_rule.values(), key=lambda one: (-one.weight, one.rule.id))[:most]


def _clipped(rule: Rule, boxes: Iterable[Box], places: Mapping[str, Sequence[Prefix]]) -> Iterator[Box]:
    """The packets whose addresses may be in the zones of the rule."""
    for box in boxes:
        sources = _within(box.family, box.source, places.get(rule.from_zone))
        destinations = _within(box.family, box.destination, places.get(rule.to_zone))
        for source, destination in product(sources, destinations):
            yield box._replace(source=source, destination=destination)


def _within(family: int, interval: Interval, prefixes: Sequence[Prefix] | None) -> list[Interval]:
    if prefixes is None:
        return [interval]
    whole = [(int(one.network_address), int(one.broadcast_address)) for one in prefixes if one.version == family]
    return shared([interval], whole)


def _weight(box: Box, sensitivity: int, *, is_public: bool) -> float:
    """Addresses count by their number of bits, so that a network of ten times the size is not ten times as bad."""
    who = _bits(box.family, box.source) * (3 if is_public else 1)
    whose = _bits(box.family, box.destination)
    is_outside = _is_public(box.family, box.destination) and not _is_everything(box.family, box.destination)
    ports = log2(1 + box.port[1] - box.port[0]) / 16
    return (0.1 + who) * (0.2 + whose) * (harm(box) + ports) * (0.1 if is_outside or not sensitivity else sensitivity)


def _bits(family: int, interval: Interval) -> float:
    return log2(1 + interval[1] - interval[0]) / log2(1 + LAST_ADDRESS[family])


def _is_everything(family: int, interval: Interval) -> bool:
    return interval == (0, LAST_ADDRESS[family])


def _is_public(family: int, interval: Interval) -> bool:
    """Whether addresses of the internet are in it: an end of it is one, or it is wider than any private network."""
    return _bits(family, interval) > 0.9 or any(address_of(family, one).is_global for one in interval)


# Words


def named_addresses(intervals: Iterable[tuple[int, Interval]]) -> str:
    """`10.0.0.0/8`, `10.0.0.1 to 10.0.0.9`, `every address`; a few, and how many more."""
    said: dict[str, None] = {}
    for family, (low, high) in intervals:
        if _is_everything(family, (low, high)):
            return EVERY_ADDRESS
        first, last = address_of(family, low), address_of(family, high)
        prefixes = list(summarize_address_range(first, last))
        said[
            str(prefixes[0]).removesuffix(f"/{first.max_prefixlen}") if len(prefixes) == 1 else f"{first} to {last}"
        ] = None
    return _few(list(said))


def _few(words: list[str]) -> str:
    few = ", ".join(words[:_MOST_NAMED])
    return few if len(words) <= _MOST_NAMED else f"{few} and {len(words) - _MOST_NAMED} more"
