"""Which rules can concern these packets, without a look at each of a hundred thousand.

A tree: the rules are halved along the field that tells them apart best, until few are left; each node knows the least
span that holds all its rules, and the first position of one. It takes room in proportion to the rules, which a bitset
for each interval does not (50 MB a field at 20,000 rules), and answers as fast where rules are spread out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from limen.network.packets.spans import FIELDS, Span, meet

LEAF: Final = 8
_LOOKED_AT: Final = 48
"""Of so many rules of a node it is counted how many differ in a field."""


class _Node(NamedTuple):
    bounds: Span
    first: int
    """The position of its first rule."""
    rules: tuple[tuple[int, Span], ...]
    """Of a leaf: position and span of each."""
    halves: tuple[_Node, _Node] | None = None


class Index:
    """The spans of rules, by their position in the order of the rules."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._root = _tree(list(enumerate(spans))) if spans else None

    def meeting(self, span: Span, before: int | None = None) -> list[int]:
        """The positions of all rules that share a packet with this span, in their order; those `before` one."""
        found: list[int] = []
        todo = [self._root] if self._root else []
        while todo:
            node = todo.pop()
            if (before is not None and node.first >= before) or not meet(node.bounds, span):
                continue
            if node.halves:
                todo += node.halves
            else:
                found += [position for position, one in node.rules if meet(one, span)]
        found.sort()
        return found if before is None else [one for one in found if one < before]

    def first(self, point: Span) -> int | None:
        """The position of the first rule that holds this packet."""
        best: int | None = None
        todo = [self._root] if self._root else []
        while todo:
            node = todo.pop()
            if (best is not None and node.first >= best) or not meet(node.bounds, point):
                continue
            if node.halves:
                todo += sorted(node.halves, key=lambda half: -half.first)
                continue
            for position, one in node.rules:
                if meet(one, point):
                    best = position if best is None else min(best, position)
                    break
        return best


def _tree(rules: list[tuple[int, Span]]) -> _Node:
    """Rules come in their order; in leaves they stay in it."""
    if len(rules) <= LEAF:
        rules.sort()
        return _Node(_around([span for _, span in rules]), rules[0][0], tuple(rules))
    at = 2 * _telling_field(rules)
    rules.sort(key=lambda rule: (rule[1][at] + rule[1][at + 1], rule[0]))
    middle = len(rules) // 2
    halves = _tree(rules[:middle]), _tree(rules[middle:])
    return _Node(_around([half.bounds for half in halves]), min(half.first for half in halves), (), halves)


def _telling_field(rules: Sequence[tuple[int, Span]]) -> int:
    """The field in which most of them differ."""
    some = rules[:: max(1, len(rules) // _LOOKED_AT)]
    return max(range(FIELDS), key=lambda field: len({span[2 * field : 2 * field + 2] for _, span in some}))


def _around(spans: Sequence[Span]) -> Span:
    columns = list(zip(*spans, strict=True))
    return tuple(max(column) if at % 2 else min(column) for at, column in enumerate(columns))
