"""What a refusal lacked: the conditions that would have had to be otherwise, read off the syntax tree, as plain values.

Of each forbid that spoke and of each permit that nearly did, the tree is walked with the wish that it says the
opposite. Where several parts could say it (an `||`, two `unless`), the one that people can most easily change is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from limen.cedar import Datetime, Duration, EntityUid, EvaluationError, IpRange, Policy, Value, expression_text
from limen.cedar.interpret import Request as CedarRequest, boolean, evaluate
from limen.cedar.literals import format_ip
from limen.cedar.paths import MIRRORED
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    Literal,
    Not,
    Or,
    SetOf,
    Var,
    constant,
    descend,
)
from limen.policy.attribute import Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.documents import put_to
from limen.policy.wording.hours import Hours, hours_of, is_about_time

NEVER: Final = -1
"""The age of what never happened."""


Plain: TypeAlias = "bool | int | str"
"""A value as a policy's constant has it; instants and lengths in milliseconds."""


@dataclass(frozen=True, slots=True)
class UnmetCondition:
    """One condition that stood in the way of one policy's saying what was wished for.

    `subject` names what it is about (`auth.strength`, `auth.age`, `device.compliance`, `time`, … ; `label` and `other`
    are what nobody can change). It is met where the value is `operator` (a comparison, `in`, `not in`) `wanted`.
    `seen` is the value that was found (None: it could not be evaluated), lengths in milliseconds, `NEVER` where there
    was nothing.
    """

    policy: str
    effect: str
    subject: str
    operator: str
    wanted: tuple[Plain, ...]
    seen: Plain | None
    text: str
    hours: Hours | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether no person can change it, nor time."""
        return self.subject in {"label", "other"}


_COST: Final[Mapping[str, int]] = {"label": 1000, "other": 900, "account": 800, "group": 100} | {
    "risk.known": 60,
    "risk": 50,
    "grant": 20,
}
"""What is hard to change, and how hard; all else is a matter of the person, the device, the place or the time."""


def unmet_conditions_of(policy: Policy, request: CedarRequest) -> tuple[UnmetCondition, ...]:
    """What a permit that did not apply lacked, or what a forbid that applied did; () where it can't be told.

    The scope of the policy holds.
    """
    is_permit = policy.effect == "permit"
    reader = _Reader(policy, put_to(policy, request))
    each = [reader.lacking(one.body, wish=(one.kind == "when") is is_permit) for one in policy.conditions]
    if is_permit:
        return tuple(dict.fromkeys(need for found in each for need in found))
    each = [found for found in each if found]
    return min(each, key=_cost) if each else ()


def _cost(needs: tuple[UnmetCondition, ...]) -> int:
    return sum(_COST.get(need.subject, 0) + 1 for need in needs)


def nearest(permits: Iterable[tuple[UnmetCondition, ...]]) -> tuple[UnmetCondition, ...]:
    """Of several permits that did not apply, what the one lacked that is easiest to reach."""
    return min(permits, key=_cost, default=())


@dataclass(frozen=True, slots=True)
class _Reader:
    policy: Policy
    request: CedarRequest

    def lacking(self, node: Expression, *, wish: bool) -> tuple[UnmetCondition, ...]:
        """What is missing for `node` to be worth `wish`; () where it is."""
        try:
            if boolean(node, self.request) is wish:
                return ()
        except EvaluationError:
            return (self._need("other", "==", (), None, node),)  # nobody can tell what it would take
        match node:
            case Not(inner):
                return self.lacking(inner, wish=not wish)
            case And(parts) if wish:
                return self._all(parts)
            case Or(parts) if not wish:
                return tuple(need for part in parts for need in self.lacking(part, wish=False))
            case And(parts) | Or(parts):
                return min((self.lacking(part, wish=wish) for part in parts), key=_cost)
            case If(test, then, otherwise):
                return self.lacking(then if boolean(test, self.request) else otherwise, wish=wish)
        return (self._leaf(node, wish=wish),)

    def _all(self, parts: tuple[Expression, ...]) -> tuple[UnmetCondition, ...]:
        """Every part must hold. What is said of the hours belongs together: from when to when, on which days."""
        hours = hours_of(parts)
        found: list[UnmetCondition] = []
        is_said = False
        for part in parts:
            if hours is None or not is_about_time(part):
                found += self.lacking(part, wish=True)
            elif not is_said and self.lacking(part, wish=True):
                is_said = True
                timely = And(tuple(one for one in parts if is_about_time(one)))
                found.append(self._need("time", "in", (), self._seen_time(), timely, hours))
        return tuple(found)

    def _leaf(self, node: Expression, *, wish: bool) -> UnmetCondition:
        if is_about_time(node):
            hours = hours_of((node,)) if wish else None
            return self._need("time", "in" if wish else "not in", (), self._seen_time(), node, hours)
        compared = _compared(node)
        if compared is None:
            subject = _subject_of(node)
            return self._need(subject, "==" if wish else "!=", (), None, node)
        subject, operator, wanted, path = compared
        operator = operator if wish else _OPPOSITE[operator]
        return self._need(subject, operator, wanted, self._seen(subject, path), node)

    def _need(
        self,
        subject: str,
        operator: str,
        wanted: tuple[Plain, ...],
        seen: Plain | None,
        node: Expression,
        hours: Hours | None = None,
    ) -> UnmetCondition:
        text = expression_text(node)
        return UnmetCondition(self.policy.id, self.policy.effect, subject, operator, wanted, seen, text, hours)

    def _seen(self, subject: str, path: Expression) -> Plain | None:
        if subject == "group":
            return None
        try:
            value = evaluate(path, self.request)
        except EvaluationError:
            return None
        if subject in ATTRIBUTES.table.dated and isinstance(value, int):
            return NEVER if int(value) == 0 else self._now() - int(value)
        return _plain(value)

    def _seen_time(self) -> int:
        return self._now()

    def _now(self) -> int:
        now = self.request.context["now"]
        return int(now) if isinstance(now, Datetime) else 0


# Reading one comparison

_OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in"}
_WHO: Final = {"context.now": "date", "principal": "group"}


def subject_of(path: str) -> str | None:
    """The name under which reasons speak of an attribute, by its path in full; None where they never do."""
    row = ATTRIBUTES.table.by_cedar.get(path)
    if row is None:
        return _WHO.get(path)
    return None if row.better is Better.NEITHER and row.subject == "" else row.called


_Compared = tuple[str, str, tuple[Plain, ...], Expression]


def _compared(node: Expression) -> _Compared | None:
    """(subject, operator, wanted, what to look up) of a comparison in one of the usual forms."""
    match node:
        case Attribute():
            return _named(node, "==", (True,))
        case Binary("in" | "==", Var("principal"), Literal(EntityUid() as uid)):
            return "group", "in", (uid.id,), Var("principal")
        case Binary("contains", SetOf(items), path):
            values = [_constant(item) for item in items]
            wanted = tuple(value for value in values if value is not None)
            return _named(path, "in", wanted) if len(wanted) == len(values) else None
        case Binary("contains", path, item) if (value := _constant(item)) is not None:
            return _named(path, "in", (value,))
        case Call("isInRange", (path, range_)) if (value := _constant(range_)) is not None:
            return _named(path, "in", (value,))
        case Has(base, name):
            return _named(Attribute(base, name), "in", ())
        case Binary(operator, left, right) if operator in MIRRORED:
            if _constant(left) is not None:
                left, operator, right = right, MIRRORED[operator], left
            value = _constant(right)
            return None if value is None else _measured(left, operator, value)
    return None


def _measured(left: Expression, operator: str, value: Plain) -> _Compared | None:
    """A comparison with a constant: of an attribute, or of how long ago it was."""
    if isinstance(left, Call) and left.name == "durationSince" and expression_text(left.arguments[0]) == "context.now":
        row = ATTRIBUTES.table.by_cedar.get(expression_text(left.arguments[1]))
        has_age = row is not None and row.kind is Kind.INSTANT and row.path != "grant.until"
        return (row.age_called, operator, (value,), left.arguments[1]) if row and has_age else None
    return _named(left, operator, (value,))


def _named(path: Expression, operator: str, wanted: tuple[Plain, ...]) -> _Compared | None:
    subject = subject_of(expression_text(path))
    return None if subject is None else (subject, operator, wanted, path)


def _subject_of(node: Expression) -> str:
    """What an expression of no usual form is about, as far as it is about one thing alone."""
    if isinstance(node, Binary | Is | Attribute) and any(part == Var("resource") for part in descend(node)):
        return "label"
    found = {subject_of(expression_text(part)) for part in descend(node) if isinstance(part, Attribute)} - {None}
    parts = {str(subject).partition(".")[0] for subject in found} - {"date"}
    return parts.pop() if len(parts) == 1 else "date" if found == {"date"} else "other"


def _constant(node: Expression) -> Plain | None:
    value = node.value if isinstance(node, Literal) else constant(node) if isinstance(node, Call) else None
    return _plain(value)


def _plain(value: Value | None) -> Plain | None:
    if isinstance(value, Datetime | Duration):
        return int(value)
    if isinstance(value, IpRange):
        return format_ip(value)
    return value if isinstance(value, bool | int | str) else None
