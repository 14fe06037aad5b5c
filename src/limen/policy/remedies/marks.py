"""Comparisons with the clock that can be solved: at which minutes of the day, or when exactly, they flip.

What `limen.policy.remedies.edges` finds by halving, however it is written, is read off here where it is written as
usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from limen.cedar import Record, expression_text
from limen.cedar.tree import Attribute, Binary, Call, Expression, Literal, Var, constant, descend
from limen.clock import Instant
from limen.policy.remedies.edges import Clock, Edge

Linear: TypeAlias = "tuple[int, int]"
"""`a * now + b`, as (a, b)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the comparisons of some policies flip. `minutes`: of the day. `solved` are linear in the clock, by text
    (which is quicker to compare than trees). `is_steady`: after a proof that is given then, none of them flips.
    """

    minutes: frozenset[int] = frozenset()
    is_weekly: bool = False
    solved: Mapping[str, Binary] = field(default_factory=dict)
    odd: tuple[Edge, ...] = ()
    is_steady: bool = False


_NOW: Final = Attribute(Var("context"), "now")
_PROOF: Final = Attribute(Attribute(Var("context"), "auth"), "at")
_FLIPS: Final = {">=": (0,), "<": (0,), ">": (1,), "<=": (1,), "==": (0, 1), "!=": (0, 1)}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def marks_of(edges: tuple[Edge, ...]) -> Marks:
    """Where each of these comparisons flips, as far as it can be told beforehand."""
    minutes: set[int] = set()
    is_weekly = False
    solved: dict[str, Binary] = {}
    odd: list[Edge] = []
    for edge in edges:
        node = edge.comparison
        minute = _minute(node)
        if minute is not None:
            minutes |= {one for one in minute if 0 <= one < 1440}
            is_weekly = True
        elif isinstance(node, Binary) and edge.clocks == {Clock.WEEKDAY}:
            is_weekly = True
        elif edge.clocks <= {Clock.NOW, Clock.PROOF} and isinstance(node, Binary) and _is_linear(node):
            solved[expression_text(node)] = node
        else:
            odd.append(edge)
    is_steady = bool(solved) and not (minutes or is_weekly or odd) and all(map(_is_steady, solved.values()))
    return Marks(frozenset(minutes), is_weekly, solved, tuple(odd), is_steady)


def _is_steady(comparison: Binary) -> bool:
    """Whether it asks only how long ago the proof was: then it says the same of every proof that is given just then."""
    left, right = _linear(comparison.left, {}, 1), _linear(comparison.right, {}, 1)
    return left is not None and right is not None and left[0] == right[0]


def _minute(node: Expression) -> list[int] | None:
    """The minutes of the day at which `context.time.minute < 420` and its like flip."""
    if not isinstance(node, Binary) or node.operator not in _FLIPS:
        return None
    left, operator, right = node.left, node.operator, node.right
    if isinstance(left, Literal):
        left, operator, right = right, _MIRRORED[operator], left
    if left != Attribute(Attribute(Var("context"), "time"), "minute") or not isinstance(right, Literal):
        return None
    return [right.value + after for after in _FLIPS[operator]] if type(right.value) is int else None


def _is_linear(node: Binary) -> bool:
    """Only sums and differences of instants and lengths, so that the instant of the flip can be computed."""
    return node.operator in _FLIPS and all(_is_sum(part) for part in (node.left, node.right))


def _is_sum(node: Expression) -> bool:
    if isinstance(node, Call):
        if node.name in {"durationSince", "offset"}:
            return all(_is_sum(part) for part in node.arguments)
        return constant(node) is not None or (node.name == "toMilliseconds" and _is_sum(node.arguments[0]))
    if isinstance(node, Literal):
        return type(node.value) is int
    while isinstance(node, Attribute):
        node = node.base
    return node == Var("context")


def flips(comparison: Binary, context: Record) -> Iterator[Instant]:
    """When it flips under the facts as they are, and when under a proof given then."""
    proofs = (0, 1) if any(part == _PROOF for part in descend(comparison)) else (0,)
    for proof in proofs:
        left, right = _linear(comparison.left, context, proof), _linear(comparison.right, context, proof)
        if left is None or right is None or left[0] == right[0]:
            continue
        slope, rest = left[0] - right[0], right[1] - left[1]
        at = rest // slope
        yield from (at, at + 1)


def _linear(node: Expression, context: Record, proof: int) -> Linear | None:
    if node == _NOW:
        return 1, 0
    if proof and node == _PROOF:
        return 1, 0
    if isinstance(node, Call) and len(node.arguments) == 2:
        parts = [_linear(part, context, proof) for part in node.arguments]
        one, other = parts
        if one is None or other is None:
            return None
        sign = -1 if node.name == "durationSince" else 1
        return one[0] + sign * other[0], one[1] + sign * other[1]
    if isinstance(node, Call) and node.name == "toMilliseconds":
        return _linear(node.arguments[0], context, proof)
    value = constant(node) if isinstance(node, Call) else _looked_up(node, context)
    return (0, int(value)) if isinstance(value, int) else None


def _looked_up(node: Expression, context: Record) -> object:
    if isinstance(node, Literal):
        return node.value
    names = []
    while isinstance(node, Attribute):
        names.append(node.name)
        node = node.base
    value: object = context
    for name in reversed(names):
        value = value.get(name) if isinstance(value, dict) else None
    return value
