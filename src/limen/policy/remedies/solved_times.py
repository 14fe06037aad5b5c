"""Comparisons with the clock that can be solved: at which minutes of the day, or when exactly, they flip.

What `limen.policy.remedies.time_boundaries` finds by halving, however it is written, is computed here where it is a sum
of instants and lengths of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.cedar import Record, expression_text
from limen.cedar.paths import MIRRORED
from limen.cedar.tree import Attribute, Binary, Expression, Literal, Var
from limen.clock import Instant
from limen.policy.remedies.time_boundaries import Clock, TimeBoundary
from limen.policy.scenarios.linear_time import NOW, Sum, difference


@dataclass(frozen=True, slots=True)
class SolvedTimes:
    """Where the comparisons of some policies flip. `minutes`: of the day. `solved` are linear in the clock, by text
    (which is quicker to compare than trees). `is_steady`: after a proof that is given then, none of them flips.
    """

    minutes: frozenset[int] = frozenset()
    is_weekly: bool = False
    solved: Mapping[str, Sum] = field(default_factory=dict)
    odd: tuple[TimeBoundary, ...] = ()
    is_steady: bool = False


PROOF: Final = "context.auth.at"
_FLIPS: Final = {">=": (0,), "<": (0,), ">": (1,), "<=": (1,), "==": (0, 1), "!=": (0, 1)}


def solved_times_of(boundaries: tuple[TimeBoundary, ...]) -> SolvedTimes:
    """Where each of these comparisons flips, as far as it can be told beforehand."""
    minutes: set[int] = set()
    is_weekly = False
    solved: dict[str, Sum] = {}
    odd: list[TimeBoundary] = []
    for boundary in boundaries:
        node = boundary.comparison
        minute = _minute(node)
        if minute is not None:
            minutes |= {one for one in minute if 0 <= one < 1440}
            is_weekly = True
        elif isinstance(node, Binary) and boundary.clocks == {Clock.WEEKDAY}:
            is_weekly = True
        elif boundary.clocks <= {Clock.NOW, Clock.PROOF} and (found := _solvable(node)) is not None:
            solved[expression_text(node)] = found
        else:
            odd.append(boundary)
    is_steady = bool(solved) and not (minutes or is_weekly or odd) and all(map(_is_steady, solved.values()))
    return SolvedTimes(frozenset(minutes), is_weekly, solved, tuple(odd), is_steady)


def _solvable(node: Expression) -> Sum | None:
    """A comparison of nothing but instants and lengths of time, whose flip can be computed."""
    found = difference(node.left, node.right) if isinstance(node, Binary) and node.operator in _FLIPS else None
    return found if found is not None and found.unit in {0, 1} else None


def _is_steady(comparison: Sum) -> bool:
    """Whether it asks only how long ago the proof was: then it says the same of every proof that is given just then."""
    return comparison.factors.get(NOW, 0) + comparison.factors.get(PROOF, 0) == 0


def _minute(node: Expression) -> list[int] | None:
    """The minutes of the day at which `context.time.minute < 420` and its like flip."""
    if not isinstance(node, Binary) or node.operator not in _FLIPS:
        return None
    left, operator, right = node.left, node.operator, node.right
    if isinstance(left, Literal):
        left, operator, right = right, MIRRORED[operator], left
    if left != Attribute(Attribute(Var("context"), "time"), "minute") or not isinstance(right, Literal):
        return None
    return [right.value + after for after in _FLIPS[operator]] if type(right.value) is int else None


def flips(comparison: Sum, context: Record) -> Iterator[Instant]:
    """When it flips under the facts as they are, and when under a proof given then."""
    clocks = ({NOW}, {NOW, PROOF}) if PROOF in comparison.factors else ({NOW},)
    for moving in clocks:
        slope = sum(factor for path, factor in comparison.factors.items() if path in moving)
        still = [(path, factor) for path, factor in comparison.factors.items() if path not in moving]
        values = [(factor, _looked_up(path, context)) for path, factor in still]
        if slope and all(value is not None for _, value in values):
            at = -(comparison.rest + sum(factor * (value or 0) for factor, value in values)) // slope
            yield from (at, at + 1)


def _looked_up(path: str, context: Record) -> int | None:
    """An attribute's value by its path in full."""
    value: object = context
    for name in path.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return int(value) if isinstance(value, int) else None
