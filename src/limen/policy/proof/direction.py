"""Which way an expression moves when facts get better, told from its form alone: quick, sound, and often undecided.

`UP`: once true it stays true under better facts. `DOWN`: once false it stays false. `STILL`: it reads no fact that can
get worse, and can't err. `MIXED`: nothing can be told from the form; `limen.policy.proof.monotone` then looks at the
values.

It takes for granted what the schema promises: an attribute has its type and is there, except for an address, which is
read safely only behind `context.place has address`. Whatever else may err (arithmetic, tags) is mixed, because an error
is a refusal, and one that appears only under better facts would take access away.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from limen.cedar import Datetime, Duration, EntityUid, Policy, expression_text
from limen.cedar.operators import like
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    IsEmpty,
    Like,
    Literal,
    Not,
    Or,
    SetOf,
    Var,
    constant,
)
from limen.policy.attribute import Attribute as Row, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.linear_time import MOST, NOW, UNITS, is_short

ADDRESS: Final = "context.place.address"


class Way(Enum):
    STILL = 0
    UP = 1
    DOWN = 2
    MIXED = 3

    @property
    def back(self) -> Way:
        """The way of the negation."""
        return {Way.UP: Way.DOWN, Way.DOWN: Way.UP}.get(self, self)

    def __or__(self, other: Way) -> Way:
        """The way of both together."""
        return Way(self.value | other.value)


def way_of(policy: Policy) -> Way:
    """Which way the conditions of a policy, taken together, move when facts get better."""
    parts: list[Expression] = []
    for condition in policy.conditions:
        body = condition.body
        if condition.kind == "unless":
            parts.append(Not(body))
        else:
            parts += body.operands if isinstance(body, And) else (body,)
    return _chain(tuple(parts), has_address=False, is_and=True)


def _truth(node: Expression, *, has_address: bool) -> Way:  # noqa: C901, PLR0911 -- one arm for each kind of node
    match node:
        case And(parts) | Or(parts):
            return _chain(parts, has_address=has_address, is_and=isinstance(node, And))
        case Not(inner):
            return _truth(inner, has_address=has_address).back
        case If(test, then, otherwise):
            if _truth(test, has_address=has_address) is not Way.STILL:
                return Way.MIXED
            return _truth(then, has_address=has_address) | _truth(otherwise, has_address=has_address)
        case Literal(bool()):
            return Way.STILL
        case Has(base, name) if expression_text(base) == "context.place":
            return Way.UP if name == "address" else Way.STILL
        case Has(Var() as base, _) if base.name != "context":
            return Way.STILL
        case Is(Var() as base, _, group) if base.name != "context" and (group is None or _is_constant(group)):
            return Way.STILL
        case Attribute():
            return _flag(expression_text(node))
        case Binary(operator, left, right):
            return _comparison(operator, left, right, has_address=has_address)
        case Like(operand, pattern):
            return _text(expression_text(operand), is_unknown_true=like("", pattern))
        case IsEmpty(operand) if _is_set(operand):
            return Way.DOWN
        case Call(name, (operand, *rest)) if name.startswith("is") and all(_is_constant(one) for one in rest):
            is_safe = has_address and expression_text(operand) == ADDRESS
            return Way.STILL if is_safe else Way.MIXED
    return Way.MIXED


def _chain(parts: tuple[Expression, ...], *, has_address: bool, is_and: bool) -> Way:
    """`has address && …`, or `!(has address) || …`: what follows is asked only where there is an address."""
    way = Way.STILL
    for part in parts:
        way |= _truth(part, has_address=has_address)
        guard = part if is_and else part.operand if isinstance(part, Not) else None
        if isinstance(guard, Has) and guard.name == "address" and expression_text(guard.base) == "context.place":
            has_address = True
    return way


def _comparison(operator: str, left: Expression, right: Expression, *, has_address: bool) -> Way:
    if operator == "in":
        return Way.STILL if _is_name(left) and (_is_name(right) or _is_constant(right)) else Way.MIXED
    if not is_short(left, right):
        return Way.MIXED
    if operator in {"contains", "containsAll", "containsAny"}:
        return _membership(operator, left, right)
    if operator in {"<", "<="}:
        return _number(left).back | _number(right)
    if operator in {">", ">="}:
        return _number(left) | _number(right).back
    if operator not in {"==", "!="}:
        return Way.MIXED
    if _is_constant(left) and not _is_constant(right):
        left, right = right, left
    way = _equality(left, right, has_address=has_address)
    return way if operator == "==" else way.back


def _equality(left: Expression, right: Expression, *, has_address: bool) -> Way:
    path = expression_text(left)
    row = _row(path)
    if row is None:
        is_plain = _is_unordered(left) and (_is_constant(right) or _is_unordered(right))
        return Way.STILL if is_plain else Way.MIXED
    if not isinstance(right, Literal):
        return Way.STILL if path == ADDRESS and has_address and _is_constant(right) else Way.MIXED
    value = right.value
    if row.kind is Kind.BOOL and isinstance(value, bool):
        return _flag(path) if value else _flag(path).back
    if row.kind is Kind.TEXT and isinstance(value, str):
        return _text(path, is_unknown_true=value == "")
    if row.kind is Kind.CHOICE or (row.kind is Kind.NUMBER and not row.is_open):
        return Way.UP if value == row.best else Way.DOWN if value == row.worst else Way.MIXED
    return Way.MIXED


def _membership(operator: str, left: Expression, right: Expression) -> Way:
    if _is_set(left) and _is_constant(right):
        return Way.UP
    if operator != "contains" or not _is_constant(left):
        return Way.MIXED
    path = expression_text(right)
    row = _row(path)
    if row is None:
        return Way.STILL if _is_name(right) or _is_unordered(right) else Way.MIXED
    named = {one.value for one in left.items if isinstance(one, Literal)} if isinstance(left, SetOf) else set()
    if row.kind is Kind.TEXT:
        return _text(path, is_unknown_true="" in named)
    if row.kind is Kind.CHOICE:
        holds = [one in named for one in row.choices]
        return Way.UP if holds == sorted(holds) else Way.DOWN if holds == sorted(holds, reverse=True) else Way.MIXED
    return Way.MIXED


def _row(path: str) -> Row | None:
    """The row of a fact that can get worse; None for all else."""
    return ATTRIBUTES.table.order.get(path)


def _is_set(node: Expression) -> bool:
    row = _row(expression_text(node))
    return row is not None and row.kind is Kind.SET


def _flag(path: str) -> Way:
    """Which way a flag, a number or an instant goes."""
    row = _row(path)
    if row is None or row.kind not in {Kind.BOOL, Kind.NUMBER, Kind.INSTANT}:
        return Way.MIXED
    return Way.UP if row.better is Better.HIGHER else Way.DOWN


def _text(path: str, *, is_unknown_true: bool) -> Way:
    """A test of a text: all that the order asks is that "", which is not known, is the worst."""
    row = _row(path)
    if row is not None:
        return (Way.DOWN if is_unknown_true else Way.UP) if row.kind is Kind.TEXT else Way.MIXED
    return Way.STILL if _is_asked(path) else Way.MIXED


def _is_asked(path: str) -> bool:
    """Is it what policies read that is no fact that gets worse, and is always there?"""
    return path == NOW or (path in ATTRIBUTES.table.by_cedar and path not in ATTRIBUTES.table.order)


def _number(node: Expression) -> Way:
    """Which way a number, an instant or a duration grows when facts get better."""
    path = expression_text(node) if isinstance(node, Attribute) else ""
    if _row(path) is not None:
        return _flag(path)
    if _is_asked(path) or _is_small(node):
        return Way.STILL
    match node:
        case Call("offset", (one, other)):
            return _number(one) | _number(other)
        case Call("durationSince", (one, other)):
            return _number(one) | _number(other).back
        case Call(name, (one,)) if name in UNITS or name == "toDate":
            return _number(one)
    return Way.MIXED


def _is_small(node: Expression) -> bool:
    if isinstance(node, Literal):
        return type(node.value) is int
    value = constant(node) if isinstance(node, Call) else None
    return isinstance(value, Datetime | Duration) and abs(int(value)) < MOST


def _is_constant(node: Expression) -> bool:
    if isinstance(node, SetOf):
        return all(_is_constant(item) for item in node.items)
    return isinstance(node, Literal) or (isinstance(node, Call) and constant(node) is not None)


def _is_name(node: Expression) -> bool:
    return (isinstance(node, Var) and node.name != "context") or (
        isinstance(node, Literal) and isinstance(node.value, EntityUid)
    )


def _is_unordered(node: Expression) -> bool:
    return _is_name(node) or _number(node) is Way.STILL or _is_asked(expression_text(node))
