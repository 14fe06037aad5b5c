"""Cedar's meaning, walked through the tree node by node: slow, exact, and with the reason in words.

It is the reference inside this package. The compiled functions hand over to it whenever something is unusual (a
missing attribute, a wrong type, an overflow), and `trace` uses it to show what each condition saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.cedar.errors import EvaluationError
from limen.cedar.operators import BINARY, METHODS, construct, expect, like, long, uids
from limen.cedar.policies import Policy
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
    Negate,
    Not,
    Or,
    RecordOf,
    SetOf,
    Var,
)
from limen.cedar.values import CedarSet, Entity, EntityUid, Record, Value, type_name


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks to do what to which thing, and what is known.

    The three entities count before those of the same name in `entities`. An entity that is in neither is unknown: it
    has no attribute, no tag and no ancestor.
    """

    principal: Entity
    action: Entity
    resource: Entity
    context: Record
    entities: Mapping[EntityUid, Entity]

    def entity(self, uid: EntityUid) -> Entity | None:
        for one in (self.principal, self.action, self.resource):
            if one.uid == uid:
                return one
        return self.entities.get(uid)


def is_satisfied(policy: Policy, request: Request) -> bool:
    """Whether the policy applies. Raises `EvaluationError`, where Cedar skips the policy and reports an error."""
    for scope, entity in (
        (policy.principal, request.principal),
        (policy.action, request.action),
        (policy.resource, request.resource),
    ):
        if not scope.holds(entity.uid, entity.ancestors):
            return False
    return all(boolean(condition.body, request) is (condition.kind == "when") for condition in policy.conditions)


def boolean(node: Expression, request: Request) -> bool:
    try:
        return expect(evaluate(node, request), bool)
    except RecursionError:
        raise EvaluationError("the expression is too deep to evaluate from here") from None


def evaluate(node: Expression, request: Request) -> Value:  # noqa: C901, PLR0911, PLR0912 -- one arm for each kind
    """The value of an expression. Raises `EvaluationError`."""
    match node:
        case Literal(value):
            return value
        case Var("context"):
            return request.context
        case Var(name):
            entity: Entity = getattr(request, name)
            return entity.uid
        case Attribute(base, name):
            return attribute(evaluate(base, request), name, request)
        case And(operands):
            return all(expect(evaluate(operand, request), bool) for operand in operands)
        case Or(operands):
            return any(expect(evaluate(operand, request), bool) for operand in operands)
        case Not(operand):
            return not expect(evaluate(operand, request), bool)
        case Binary("in", left, right):
            return is_in(evaluate(left, request), evaluate(right, request), request)
        case Binary("hasTag" | "getTag" as operator, left, right):
            return tag(operator, evaluate(left, request), evaluate(right, request), request)
        case Binary(operator, left, right):
            return BINARY[operator](evaluate(left, request), evaluate(right, request))
        case Has(base, name):
            return has(evaluate(base, request), name, request)
        case If(test, then, otherwise):
            return evaluate(then if expect(evaluate(test, request), bool) else otherwise, request)
        case Like(operand, pattern):
            return like(expect(evaluate(operand, request), str), pattern)
        case Is(operand, entity_type, group):
            uid = expect(evaluate(operand, request), EntityUid)
            if uid.type != entity_type or group is None:
                return uid.type == entity_type
            return is_in(uid, evaluate(group, request), request)
        case Call(name, arguments):
            values = [evaluate(argument, request) for argument in arguments]
            if node.misfit:
                raise EvaluationError(node.misfit)
            return METHODS[name](values) if name in METHODS else construct(name, values[0])
        case SetOf(items):
            return CedarSet([evaluate(item, request) for item in items])
        case RecordOf(fields):
            return {name: evaluate(item, request) for name, item in fields}
        case Negate(operand):
            return long(-expect(evaluate(operand, request), int), "`-`")
        case IsEmpty(operand):
            return len(expect(evaluate(operand, request), CedarSet)) == 0
    raise AssertionError(node)


def attribute(base: Value, name: str, request: Request) -> Value:
    """`base.name`."""
    if type(base) is dict:
        if name not in base:
            raise EvaluationError(f"record does not have the attribute `{name}`")
        return base[name]
    if type(base) is not EntityUid:
        raise EvaluationError(f"type error: expected a record or an entity, got {type_name(base)}")
    entity = request.entity(base)
    if entity is None:
        raise EvaluationError(f'entity `{base.type}::"{base.id}"` does not exist')
    if name not in entity.attrs:
        raise EvaluationError(f'`{base.type}::"{base.id}"` does not have the attribute `{name}`')
    return entity.attrs[name]


def has(base: Value, name: str, request: Request) -> bool:
    """`base has name`; false for an entity nobody described."""
    if type(base) is dict:
        return name in base
    if type(base) is not EntityUid:
        raise EvaluationError(f"type error: expected a record or an entity, got {type_name(base)}")
    entity = request.entity(base)
    return entity is not None and name in entity.attrs


def is_in(left: Value, right: Value, request: Request) -> bool:
    """`left in right`: itself, or one of its ancestors."""
    uid = expect(left, EntityUid)
    named = uids(right)
    entity = request.entity(uid)
    return any(one == uid or (entity is not None and one in entity.ancestors) for one in named)


def tag(operator: str, left: Value, right: Value, request: Request) -> Value:
    """`left.hasTag(right)` or `left.getTag(right)`."""
    uid = expect(left, EntityUid)
    name = expect(right, str)
    entity = request.entity(uid)
    if operator == "hasTag":
        return entity is not None and name in entity.tags
    if entity is None:
        raise EvaluationError(f'entity `{uid.type}::"{uid.id}"` does not exist')
    if name not in entity.tags:
        raise EvaluationError(f'`{uid.type}::"{uid.id}"` does not have the tag `{name}`')
    return entity.tags[name]
