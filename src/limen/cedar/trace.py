"""Why a policy applied or did not: each line of its scope and each part of its conditions, with what it saw.

Slow and complete, for pages and for `limen why`; it walks the tree with `interpret`, so it can't disagree with Cedar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf, TypeAlias

from limen.cedar.errors import EvaluationError
from limen.cedar.interpret import Request, boolean, evaluate
from limen.cedar.paths import paths_in
from limen.cedar.policies import Condition, Effect, Policy
from limen.cedar.text import expression_text, scope_text
from limen.cedar.tree import And, Expression, Not, Or
from limen.cedar.values import Entity, Value

Outcome: TypeAlias = OneOf["held", "failed", "error", "not reached"]
Join: TypeAlias = OneOf["all", "any", "not", ""]


@dataclass(frozen=True, slots=True)
class Read:
    """An attribute path and its value, or why it has none."""

    path: str
    value: Value | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ScopeLine:
    variable: OneOf["principal", "action", "resource"]
    text: str
    held: bool


@dataclass(frozen=True, slots=True)
class Part:
    """An expression that is true or false. `held` says that it is true, which in an `unless` is not what one hopes for.

    `parts` are what `join` puts together: all of them, any of them, or the opposite of the only one.
    """

    text: str
    outcome: Outcome
    message: str = ""
    reads: tuple[Read, ...] = ()
    join: Join = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One `when` or `unless`. `held` says that it lets the policy apply: for `unless`, that its body is false."""

    kind: OneOf["when", "unless"]
    text: str
    outcome: Outcome
    message: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """`held` says that the policy applies; `message` says what went wrong, if anything."""

    policy_id: str
    effect: Effect
    outcome: Outcome
    message: str
    scope: tuple[ScopeLine, ...]
    conditions: tuple[ConditionTrace, ...] = field(default=())


def trace_policy(policy: Policy, request: Request) -> Trace:
    """Evaluates one policy step by step. After a line that fails, the rest is not reached, as in Cedar."""
    scope = tuple(_scope_lines(policy, request))
    outcome: Outcome = "held" if all(line.held for line in scope) else "failed"
    message = ""
    conditions: list[ConditionTrace] = []
    for condition in policy.conditions:
        traced = _condition(condition, request, is_reached=outcome == "held")
        conditions.append(traced)
        if outcome == "held":
            outcome, message = traced.outcome, traced.message
    return Trace(policy.id, policy.effect, outcome, message, scope, tuple(conditions))


def _scope_lines(policy: Policy, request: Request) -> Iterator[ScopeLine]:
    for variable in ("principal", "action", "resource"):
        scope = getattr(policy, variable)
        entity: Entity = getattr(request, variable)
        yield ScopeLine(variable, scope_text(variable, scope), scope.holds(entity.uid, entity.ancestors))


def _condition(condition: Condition, request: Request, *, is_reached: bool) -> ConditionTrace:
    chain = And if condition.kind == "when" else Or
    body = condition.body
    whole = _part(body, request) if is_reached else _unreached(body)
    parts = whole.parts if isinstance(body, chain) else (whole,)
    outcome = whole.outcome
    if condition.kind == "unless" and outcome in {"held", "failed"}:
        outcome = "failed" if outcome == "held" else "held"
    return ConditionTrace(condition.kind, whole.text, outcome, whole.message, parts)


def _part(node: Expression, request: Request) -> Part:
    match node:
        case And(operands):
            return _chain(node, operands, request, stop="failed", join="all")
        case Or(operands):
            return _chain(node, operands, request, stop="held", join="any")
        case Not(operand):
            inner = _part(operand, request)
            opposite: dict[Outcome, Outcome] = {"held": "failed", "failed": "held"}
            outcome = opposite.get(inner.outcome, inner.outcome)
            return Part(expression_text(node), outcome, inner.message, (), "not", (inner,))
    reads = tuple(_reads(node, request))
    try:
        return Part(expression_text(node), "held" if boolean(node, request) else "failed", "", reads)
    except EvaluationError as error:
        return Part(expression_text(node), "error", str(error), reads)


def _chain(node: Expression, operands: tuple[Expression, ...], request: Request, *, stop: Outcome, join: Join) -> Part:
    """`&&` stops at the first that fails, `||` at the first that holds, both at an error."""
    outcome: Outcome = "held" if stop == "failed" else "failed"
    message = ""
    is_over = False
    parts: list[Part] = []
    for operand in operands:
        part = _unreached(operand) if is_over else _part(operand, request)
        parts.append(part)
        if part.outcome in {stop, "error"}:
            outcome, message, is_over = part.outcome, part.message, True
    return Part(expression_text(node), outcome, message, (), join, tuple(parts))


def _unreached(node: Expression) -> Part:
    match node:
        case And(operands):
            return Part(expression_text(node), "not reached", join="all", parts=tuple(map(_unreached, operands)))
        case Or(operands):
            return Part(expression_text(node), "not reached", join="any", parts=tuple(map(_unreached, operands)))
        case Not(operand):
            return Part(expression_text(node), "not reached", join="not", parts=(_unreached(operand),))
    return Part(expression_text(node), "not reached")


def _reads(node: Expression, request: Request) -> Iterator[Read]:
    for path in paths_in(node):
        try:
            yield Read(expression_text(path), evaluate(path, request))
        except EvaluationError as error:
            yield Read(expression_text(path), None, str(error))
