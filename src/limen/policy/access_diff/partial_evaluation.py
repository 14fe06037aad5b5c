"""Policies without what hangs on person, action and app alone: what is left reads only the context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from limen.cedar import EntityUid, EvaluationError, Policy
from limen.cedar.interpret import Request as CedarRequest, evaluate
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    If,
    Literal,
    Not,
    Or,
    Var,
    children,
    descend,
    rebuilt,
)
from limen.cedar.values import LONG_MAX
from limen.clock import Instant, to_iso
from limen.facts import App, Facts, Person
from limen.policy.cedar_view import ACTION_ENTITIES, view_of

ERROR: Final = Binary("+", Literal(LONG_MAX), Literal(1))
"""Stands for what can't be evaluated whatever the facts are."""
GRANTED: Final = Attribute(Attribute(Var("context"), "grant"), "active")


@dataclass(frozen=True, slots=True)
class Body:
    """A policy without what hangs on person, action and app alone: what is left of its conditions, in order."""

    effect: str
    conditions: tuple[Expression, ...]


Side: TypeAlias = frozenset[Body]
"""All that is left of the policies of one side."""


class Folding:
    """What is left of each policy for a person, app and action, worked out once for all to whom it is the same."""

    def __init__(self, policies: tuple[Policy, ...]) -> None:
        self._policies = policies
        self._readers: list[Callable[[Person, App, str], object]] = [_reader(policy) for policy in policies]
        self._read_grants = [
            any(node == GRANTED for one in each.conditions for node in descend(one.body)) for each in policies
        ]
        self._bodies: dict[object, Body | None] = {}
        self._sides: dict[object, Side] = {}

    def bodies(
        self, relevant: int, person: Person, app: App | None, action: str, *, may_be_granted: bool = True
    ) -> Side:
        """`may_be_granted`: the person could have a grant for this; if not, none counts as one they might have."""
        if app is None:
            return frozenset()
        keys = []
        while relevant:
            lowest = relevant & -relevant
            number = lowest.bit_length() - 1
            is_without = not may_be_granted and self._read_grants[number]
            keys.append((number, self._readers[number](person, app, action), is_without))
            relevant ^= lowest
        side = self._sides.get(tuple(keys))
        if side is None:
            found = (self._body(key, person, app, action) for key in keys)
            side = self._sides[tuple(keys)] = frozenset(one for one in found if one is not None)
        return side

    def _body(self, key: tuple[int, object, bool], person: Person, app: App, action: str) -> Body | None:
        if key not in self._bodies:
            seen = view_of(Facts(app, person))
            asked = CedarRequest(seen.principal, ACTION_ENTITIES[action], seen.resource, {}, {})
            policy = self._policies[key[0]]
            self._bodies[key] = fold(_without_grant(policy) if key[2] else policy, asked)
        return self._bodies[key]


def _reader(policy: Policy) -> Callable[[Person, App, str], object]:
    """What of person, app and action the conditions hang on."""
    nodes = [node for condition in policy.conditions for node in descend(condition.body)]
    reads_person, reads_action = Var("principal") in nodes, Var("action") in nodes
    reads_app = Var("resource") in nodes
    named = sum(
        1 for node in nodes for one in children(node) if one == Var("resource") and not isinstance(node, Attribute)
    )

    def reads(person: Person, app: App, action: str) -> object:
        return (
            (person.id, person.groups) if reads_person else None,
            (app.id if named else "", app.sensitivity, app.owner) if reads_app else None,
            action if reads_action else None,
        )

    return reads


def _without_grant(policy: Policy) -> Policy:
    """The policy as it is for somebody who has no grant, and can't get one."""
    bodies = (replace(one, body=_ungranted(one.body)) for one in policy.conditions)
    return replace(policy, conditions=tuple(bodies))


def _ungranted(node: Expression) -> Expression:
    return Literal(False) if node == GRANTED else rebuilt(node, _ungranted)


def fold(policy: Policy, request: CedarRequest) -> Body | None:
    """What is left of `policy` for this person, action and app; None where it can neither apply nor err."""
    left: list[Expression] = []
    for condition in policy.conditions:
        body = _folded(condition.body, request)
        wanted: Expression = body if condition.kind == "when" else _not(body)
        if wanted == Literal(False):
            if not left:
                return None
            left.append(wanted)
            break
        if wanted != Literal(True):
            left.append(wanted)
    return Body(policy.effect, tuple(left))


def onboarded(side: Side, until: Instant) -> Side:
    """The same policies while an app's onboarding lasts: what forbids begins at its end, and till then it is open."""
    now, end = Attribute(Var("context"), "now"), Call("datetime", (Literal(to_iso(until)),))
    begun: Expression = Binary(">=", now, end)
    waiting = [replace(one, conditions=(*one.conditions, begun)) if one.effect == "forbid" else one for one in side]
    return frozenset([*waiting, Body("permit", (Binary("<", now, end),))])


def _not(node: Expression) -> Expression:
    return Literal(not node.value) if isinstance(node, Literal) and isinstance(node.value, bool) else Not(node)


def _folded(node: Expression, request: CedarRequest) -> Expression:
    if not any(one == Var("context") for one in descend(node)):
        return _worked_out(node, request)
    match node:
        case And(operands):
            return _chain(And, False, [_folded(one, request) for one in operands])
        case Or(operands):
            return _chain(Or, True, [_folded(one, request) for one in operands])
        case Not(operand):
            return _not(_folded(operand, request))
        case If(test, then, otherwise):
            asked = _folded(test, request)
            if isinstance(asked, Literal) and isinstance(asked.value, bool):
                return _folded(then if asked.value else otherwise, request)
            return If(asked, _folded(then, request), _folded(otherwise, request))
    return rebuilt(node, lambda one: _folded(one, request))


def _worked_out(node: Expression, request: CedarRequest) -> Expression:
    if not any(isinstance(one, Var) for one in descend(node)) and not isinstance(node, Binary | Not | Or | And):
        return node
    try:
        value = evaluate(node, request)
    except EvaluationError:
        return ERROR
    return Literal(value) if type(value) in {bool, int, str, EntityUid} else node  # type: ignore[arg-type]


def _chain(kind: type[And | Or], stop: bool, operands: list[Expression]) -> Expression:  # noqa: FBT001
    """The chain up to the first operand that ends it for sure, without those that say nothing."""
    left: list[Expression] = []
    for one in operands:
        if one == Literal(stop):
            if not left:
                return one
            left.append(one)
            break
        if one != Literal(not stop):
            left.append(one)
    if not left:
        return Literal(not stop)
    return kind(tuple(left)) if len(left) > 1 else left[0]
