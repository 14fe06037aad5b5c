"""What each rule really opens: its packets without those that rules before it deny."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from limen.network.packets import ANYWHERE, Box, Rule, Ruleset

_MOST_PIECES: Final = 64
_MOST_STEPS: Final = 2_000_000


class Opened(NamedTuple):
    """Packets that this rule lets through. `is_exact`: no rule before it denies any of them."""

    rule: Rule
    boxes: tuple[Box, ...]
    is_exact: bool


def opened(ruleset: Ruleset) -> Iterator[Opened]:
    """Each rule that opens something. Where subtraction would take too long, more is said to be open than is."""
    denied: list[Rule] = []
    steps = 0
    for rule in ruleset.rules:
        if not rule.allows:
            denied.append(rule)
            continue
        boxes, is_exact = [rule.box], True
        for before in denied:
            steps += len(boxes)
            if steps > _MOST_STEPS or not _is_wider(before, rule) or before.box.meets(rule.box) is None:
                continue
            left = [piece for box in boxes for piece in box.without(before.box)]
            is_exact = len(left) <= _MOST_PIECES
            boxes = left if is_exact else boxes
        if boxes:
            yield Opened(rule, tuple(boxes), is_exact and steps <= _MOST_STEPS)


def _is_wider(one: Rule, other: Rule) -> bool:
    """Whether it is met on every way that the other is."""
    return one.from_zone in {ANYWHERE, other.from_zone} and one.to_zone in {ANYWHERE, other.to_zone}
