"""Which attributes a policy reads, and the constants it compares them with: where its answer can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.cedar.policies import Policy
from limen.cedar.text import expression_text, pattern_text
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Like,
    Literal,
    Not,
    Or,
    SetOf,
    Var,
    children,
    constant,
    descend,
)
from limen.cedar.values import Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """`subject operator constant`, the subject always on the left.

    The subject is an attribute, or something computed from attributes (`context.now.durationSince(context.auth.at)`).
    Operators are Cedar's; `contains` stands for each member of a set that the subject is looked for in (as do the other
    two that compare sets for each member that the subject is asked for), `has` for the
    presence of an attribute, `like` for a pattern (its text being the constant). An attribute that is a condition by
    itself counts as `== true`.
    """

    subject: Expression
    operator: str
    constant: Value

    @property
    def path(self) -> str:
        return expression_text(self.subject)


@dataclass(frozen=True, slots=True)
class Paths:
    """`read` holds every attribute path as text (`context.auth.strength`), compared with a constant or not."""

    read: frozenset[str]
    compared: frozenset[Comparison]


MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def paths(policy: Policy) -> Paths:
    """Everything the conditions read. The scope lines read no attributes."""
    bodies = [condition.body for condition in policy.conditions]
    read = frozenset(expression_text(path) for body in bodies for path in paths_in(body))
    return Paths(read, frozenset(one for body in bodies for one in comparisons_in(body)))


def paths_in(node: Expression) -> Iterator[Expression]:
    """The longest attribute paths, in the order they are written, each once; `a has b` counts as the path `a.b`."""
    found: dict[Expression, None] = {}
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Attribute | Has) and _is_path(current.base):
            found[Attribute(current.base, current.name)] = None
        else:
            waiting += reversed(children(current))
    yield from found


def comparisons_in(node: Expression) -> Iterator[Comparison]:
    for current in descend(node):
        yield from _comparisons(current)
    yield from (Comparison(path, "==", True) for path in _bare(node))


def _comparisons(node: Expression) -> Iterator[Comparison]:
    match node:
        case Binary(operator, left, right) if operator in MIRRORED:
            if (value := _value(right)) is not None:
                yield Comparison(left, operator, value)
            elif (value := _value(left)) is not None:
                yield Comparison(right, MIRRORED[operator], value)
        case Binary("contains", SetOf(items), subject):
            yield from (Comparison(subject, "contains", value) for item in items if (value := _value(item)) is not None)
        case Binary("containsAll" | "containsAny" as operator, subject, SetOf(items)):
            yield from (Comparison(subject, operator, value) for item in items if (value := _value(item)) is not None)
        case Binary("contains", subject, right) if (value := _value(right)) is not None:
            yield Comparison(subject, "contains", value)
        case Like(subject, pattern):
            yield Comparison(subject, "like", pattern_text(pattern))
        case Has(base, name):
            yield Comparison(Attribute(base, name), "has", True)
        case Call(
            "isInRange" | "lessThan" | "lessThanOrEqual" | "greaterThan" | "greaterThanOrEqual" as name, (one, two)
        ):
            if (value := _value(two)) is not None:
                yield Comparison(one, name, value)


def _bare(node: Expression) -> Iterator[Expression]:
    """Attributes that stand where a condition belongs."""
    match node:
        case Attribute():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _bare(part)
        case Not(inner):
            yield from _bare(inner)
        case If(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from _bare(part)


def _value(node: Expression) -> Value | None:
    if isinstance(node, Literal):
        return node.value
    return constant(node) if isinstance(node, Call) else None


def _is_path(node: Expression) -> bool:
    while isinstance(node, Attribute):
        node = node.base
    return isinstance(node, Var)
