"""What one ruleset lets through and another does not, in parts that share no packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from limen.network.packets.box import Box
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.ruleset import Rule
from limen.network.packets.spans import Span, box_of


@dataclass(frozen=True, slots=True)
class Part:
    """Packets on the way between two zones, and the rule that lets them through."""

    from_zone: str
    to_zone: str
    box: Box
    rule: Rule


def beyond(one: Regions, other: Regions) -> Iterator[Part]:
    """What the one lets through and the other does not. Both have the same zones, in the same order. Raises
    `TooTangledError`.
    """
    if not one.lists_all:
        raise TooTangledError
    rules = other.ruleset.rules
    for span, position in one.let_through:
        for piece, taken in other.decided(span):
            if taken is None or not rules[taken].allows:
                yield from parts_of(one, piece, one.ruleset.rules[position])


def parts_of(regions: Regions, span: Span, rule: Rule) -> Iterator[Part]:
    """A span, as a part for each pair of its zones."""
    zones = regions.ruleset.zones
    for from_zone in zones[span[0] : span[1] + 1]:
        for to_zone in zones[span[2] : span[3] + 1]:
            yield Part(from_zone, to_zone, box_of(span), rule)
