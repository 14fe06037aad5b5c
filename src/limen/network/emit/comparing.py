"""What one ruleset lets through that another does not, in boxes that share no packet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from limen.errors import LimenError
from limen.network.packets import Box, Rule, Ruleset

_MOST_STEPS: Final = 500_000
"""Of one subtraction: some seconds."""


class Beyond(NamedTuple):
    """Packets on the way between two zones, and the rule that lets them through."""

    from_zone: str
    to_zone: str
    box: Box
    rule: Rule


def beyond(one: Ruleset, other: Ruleset) -> Iterator[Beyond]:
    """What `one` lets through and `other` does not, between the zones of `one`. Raises LimenError if it is too much."""
    for from_zone in one.zones:
        for to_zone in one.zones:
            others = [box for box, _ in let_through(other, from_zone, to_zone)]
            for box, rule in let_through(one, from_zone, to_zone):
                for piece in without_all([box], others):
                    yield Beyond(from_zone, to_zone, piece, rule)


def let_through(ruleset: Ruleset, from_zone: str, to_zone: str) -> list[tuple[Box, Rule]]:
    """Boxes that share no packet, each with the rule that decides it."""
    found: list[tuple[Box, Rule]] = []
    before: list[Box] = []
    for rule in ruleset.between(from_zone, to_zone):
        if rule.allows:
            found += [(piece, rule) for piece in without_all([rule.box], before)]
        before.append(rule.box)
    return found


def without_all(boxes: list[Box], taken: list[Box]) -> list[Box]:
    """The packets of these boxes that none of the others holds. Raises LimenError where that would take too long."""
    steps = 0
    for one in taken:
        boxes = [piece for box in boxes for piece in box.without(one)]
        steps += len(boxes)
        if steps > _MOST_STEPS:
            raise LimenError("these rules overlap too much to be compared", "say them with fewer blocks")
    return boxes
