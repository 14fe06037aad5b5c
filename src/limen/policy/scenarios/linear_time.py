"""A comparison of instants and durations, read as one sum: `now - auth.at - 4 h <= 0`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.cedar import Datetime, Duration, expression_text
from limen.cedar.tree import Attribute, Call, Expression, Literal, constant, descend
from limen.clock import Milliseconds

NOW: Final = "context.now"
MOST_TERMS: Final = 16
MOST: Final[Milliseconds] = 1 << 56
"""So many terms, each shorter than this (two million years), can be added without an overflow."""
UNITS: Final = {
    "toMilliseconds": 1,
    "toSeconds": 1_000,
    "toMinutes": 60_000,
    "toHours": 3_600_000,
    "toDays": 86_400_000,
}
"""Methods that cut a duration off to whole units, with the unit in milliseconds."""


@dataclass(frozen=True, slots=True)
class Sum:
    """`factors` times the attributes they name, plus `rest`, in milliseconds.

    `unit`: in the comparison, the sum was cut off to whole units of so many milliseconds (0: it was not).
    """

    factors: dict[str, int]
    rest: int
    unit: int = 0


def difference(left: Expression, right: Expression) -> Sum | None:
    """`left - right`, or None where it is no plain sum, or one that could overflow."""
    if not is_short(left, right):
        return None
    for whole, number, sign in ((left, right, 1), (right, left, -1)):
        if isinstance(whole, Call) and whole.name in UNITS:
            unit, inner = UNITS[whole.name], _sum(whole.arguments[0])
            if inner is None or not isinstance(number, Literal) or type(number.value) is not int:
                return None
            added = _added(inner, Sum({}, number.value * unit), -1)
            return Sum({path: sign * factor for path, factor in added.factors.items()}, sign * added.rest, unit)
    one, other = _sum(left), _sum(right)
    return None if one is None or other is None else _added(one, other, -1)


def is_short(*nodes: Expression) -> bool:
    """Are there few enough terms to be added without an overflow, each of them being less than `MOST`?"""
    added = [one for node in nodes for one in descend(node) if isinstance(one, Call) and one.name in _ADDING]
    return len(added) <= MOST_TERMS


_ADDING: Final = frozenset({"offset", "durationSince"})


def _sum(node: Expression) -> Sum | None:
    if isinstance(node, Attribute):
        return Sum({expression_text(node): 1}, 0)
    if not isinstance(node, Call):
        return None
    if isinstance(value := constant(node), Datetime | Duration):
        return Sum({}, int(value)) if abs(int(value)) < MOST else None
    if node.name in _ADDING:
        one, other = _sum(node.arguments[0]), _sum(node.arguments[1])
        return None if one is None or other is None else _added(one, other, 1 if node.name == "offset" else -1)
    return None


def _added(one: Sum, other: Sum, sign: int) -> Sum:
    factors = {
        path: one.factors.get(path, 0) + sign * other.factors.get(path, 0) for path in {**one.factors, **other.factors}
    }
    return Sum({path: factor for path, factor in factors.items() if factor}, one.rest + sign * other.rest)
