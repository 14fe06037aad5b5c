"""How to write a condition so that a worse fact no longer widens access. Only a change that was proven is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from limen.cedar import Policy, expression_text
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
    Var,
    descend,
    rebuilt,
)
from limen.policy.attribute import Attribute as Row, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.boundaries import atoms, paths_read

EXEMPT: Final = 'or exempt the policy with @allow_unknown("why")'
MOST_TRIED: Final = 24
LONGEST_WHOLE: Final = 500
"""The longest condition, in characters, that a mend writes out whole."""
_OTHER_OPERATORS: Final = {
    "==": (">=", "<="),
    "!=": (">", "<"),
    ">": ("<=", "<"),
    ">=": ("<", "<="),
    "<": (">=", ">"),
    "<=": (">", ">="),
}


def mended(policy: Policy, path: str, is_mended: Callable[[Policy], bool]) -> str:
    """What to write instead, in Cedar, and how to exempt the policy."""
    for old, new in islice(_changes(policy, path), MOST_TRIED):
        changed = _changed(policy, old, new)
        if isinstance(new, Literal) and not _is_leaving_out(changed, new):
            continue
        if is_mended(changed):
            whole = _whole(policy, changed, old)
            if isinstance(new, Literal):
                return f"leave out `{expression_text(old)}`{whole}, {EXEMPT}"
            return f"write `{_short(new)}` instead of `{_short(old)}`{whole}, {EXEMPT}"
    return f"say in `unless {{ … }}` what must hold, never what must not, {EXEMPT}"


def _is_leaving_out(changed: Policy, new: Literal) -> bool:
    """Does `new` merely stand where something is gone? A `true` in an `||` would decide everything instead."""
    return not any(node == new for one in changed.conditions for node in descend(_pruned(one.body)))


def _whole(policy: Policy, changed: Policy, old: Expression) -> str:
    """The mended condition as it can be pasted, where it is more than what is replaced and no longer than a screen."""
    for before, after in zip(policy.conditions, changed.conditions, strict=True):
        if before.body not in (after.body, old):
            text = f"{after.kind} {{ {expression_text(_pruned(after.body))} }}"
            return f", so that it reads `{text}`" if len(text) <= LONGEST_WHOLE else ""
    return ""


def _pruned(node: Expression) -> Expression:
    """Without the `true` of an `&&` and the `false` of an `||` that stand where something was left out."""
    match node:
        case And(parts):
            left = tuple(_pruned(part) for part in parts if part != Literal(True))
            return left[0] if len(left) == 1 else And(left) if left else Literal(True)
        case Or(parts):
            left = tuple(_pruned(part) for part in parts if part != Literal(False))
            return left[0] if len(left) == 1 else Or(left) if left else Literal(False)
    return node


def _short(node: Expression) -> str:
    text = f"({expression_text(node)})" if isinstance(node, Or) else expression_text(node)
    return text if len(text) <= 160 else text[:159] + "…"


def _changes(policy: Policy, path: str) -> Iterator[tuple[Expression, Expression]]:
    yield from _guards(policy)
    noun = path.rsplit(".", 1)[0] + "."
    has_if = any(isinstance(node, If) for condition in policy.conditions for node in descend(condition.body))
    read = {one for condition in policy.conditions for one in paths_read(condition.body)}
    for condition in policy.conditions:
        for atom in dict.fromkeys(atoms(condition.body)):
            if any(one.startswith(noun) for one in paths_read(atom)):
                for new in _instead(atom, has_more=sum(one.startswith(noun) for one in read) > 1 and not has_if):
                    yield atom, new


_HAS: Final = Has(Attribute(Var("context"), "place"), "address")


def _guards(policy: Policy) -> Iterator[tuple[Expression, Expression]]:
    """An address is missing where it is not known, and reading it then is an error: ask first whether it is there."""
    for condition in policy.conditions:
        for node in descend(condition.body):
            match node:
                case Call(_, (Attribute(_, "address"), *_)):
                    yield node, And((_HAS, node))
                    yield node, Or((Not(_HAS), node))
                case And((Has(_, "address"), Call() as call)):
                    yield node, Or((Not(_HAS), call))


def _instead(atom: Expression, *, has_more: bool) -> Iterator[Expression]:
    match atom:
        case Attribute():
            if has_more:  # what is unknown already reads as the worst in the other attributes
                yield from (Literal(True), Literal(False))
            yield Not(atom)
        case Binary("==" | "!=", Attribute() as path, Literal(str())) if row := _choice(path):
            yield from (Binary(operator, path, Literal(row.best)) for operator in ("!=", "=="))
        case Binary("contains", _, Attribute() as path) if row := _choice(path):
            yield from (Binary(operator, path, Literal(row.best)) for operator in ("!=", "=="))
        case Binary("==" | "!=", Attribute() as path, _) if _is_known_better(path):
            yield from _known_as_well(path, atom)
        case Binary("contains", _, Attribute() as path) | Like(Attribute() as path, _) if _is_known_better(path):
            yield from _known_as_well(path, atom)
        case Binary(operator, left, right) if operator in _OTHER_OPERATORS:
            yield from (Binary(other, left, right) for other in _OTHER_OPERATORS[operator])


def _known_as_well(path: Expression, atom: Expression) -> Iterator[Expression]:
    """The same for whom nothing is known about."""
    yield Or((Binary("==", path, Literal("")), atom))
    yield And((Binary("!=", path, Literal("")), atom))


def _choice(path: Expression) -> Row | None:
    row = ATTRIBUTES.table.by_cedar.get(expression_text(path))
    return row if row is not None and row.kind is Kind.CHOICE else None


def _is_known_better(path: Expression) -> bool:
    row = ATTRIBUTES.table.by_cedar.get(expression_text(path))
    return row is not None and row.better is Better.KNOWN


def _changed(policy: Policy, old: Expression, new: Expression) -> Policy:
    conditions = tuple(replace(one, body=_replaced(one.body, old, new)) for one in policy.conditions)
    return replace(policy, conditions=conditions)


def _replaced(node: Expression, old: Expression, new: Expression) -> Expression:
    if node == old:
        return new
    return rebuilt(node, lambda part: _replaced(part, old, new)) if isinstance(node, And | Or | Not | If) else node
