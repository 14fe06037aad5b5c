"""A form as the policy it is, and as Cedar text laid out as the baseline is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from limen.cedar import Condition, EntityUid, Policy, Scope, expression_text
from limen.cedar.literals import format_datetime
from limen.cedar.text import quoted, scope_text
from limen.cedar.tree import And, Attribute as Path, Binary, Call, Expression, Literal, Not, Or, SetOf, Var
from limen.cedar.values import Datetime
from limen.clock import Instant, Milliseconds
from limen.facts import LIMEN
from limen.policy.annotations import State
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms.model import EVERY_DAY, RISK, Exemption, Form, Hours, Needs
from limen.policy.time_words import length_text

WIDTH: Final = 120
PRINCIPAL: Final = Var("principal")
RESOURCE: Final = Var("resource")
NOW: Final = Path(Var("context"), "now")
IS_LIMEN: Final = Binary("==", RESOURCE, Literal(EntityUid("App", LIMEN)))
"""What spares Limen itself."""


def write(form: Form) -> str:
    """The form as Cedar text: annotations, head, one condition after the other, and no line break at its end."""
    policy = policy_of(form)
    lines = [f"@{name}({quoted(text)})" for name, text in policy.annotations.items()]
    lines += _head(policy)
    for condition in policy.conditions:
        lines += _condition(condition)
    return "\n".join(lines) + ";"


def policy_of(form: Form) -> Policy:
    """The form as Cedar's nodes; `read` turns it back."""
    whens = [*_many(form), *_label(form)]
    unlesses: list[Expression] = []
    if form.except_groups:
        unlesses.append(_is_in("Group", PRINCIPAL, form.except_groups))
    if form.spares_limen:
        unlesses.append(IS_LIMEN)
    if form.is_permit:
        whens += needed(form.needs[0])
    else:
        unlesses += [_exempt(one) for one in form.exemptions]
        unlesses += [_all(needed(one)) for one in form.needs]
    conditions = [Condition("when", _all(whens))] if whens else []
    conditions += [Condition("unless", one) for one in unlesses]
    return Policy(
        form.id,
        form.effect,
        Scope("Workload" if form.is_for_workloads else None, _only("Group", form.groups)),
        _actions(form),
        _resource(form),
        tuple(conditions),
        dict(_annotations(form)),
    )


def needed(needs: Needs) -> list[Expression]:
    """Each need as the comparison that is true where it is fulfilled, in the order in which they are written."""
    return [*_asked(needs), *_other_countries(needs), *_hours(needs.hours), *_end(needs)]


def _asked(needs: Needs) -> Iterator[Expression]:
    for row in ATTRIBUTES.table.offered.values():
        if row.kind is Kind.SET:
            yield from contained(row, needs.asks.get(row.path, frozenset()))
        elif row.path in needs.asks:
            asked = comparison(row, needs.asks[row.path])
            may_be_unknown = row.path == RISK and needs.risk_may_be_unknown
            yield Or((Not(context("risk", "known")), asked)) if may_be_unknown else asked


def contained(row: Attribute, members: frozenset[str]) -> Iterator[Expression]:
    """What is true where a set has these members: one comparison for each, in their usual order."""
    return (Binary("contains", path_to(row), Literal(one)) for one in row.choices if one in members)


def comparison(row: Attribute, value: Any) -> Expression:
    """What is true where the attribute is as it is asked to be."""
    what = path_to(row)
    match row.kind:
        case Kind.NUMBER:
            return Binary(sign_of(row), what, Literal(value))
        case Kind.INSTANT:
            return _within(what, value)
        case Kind.TEXT:
            return _one_of(what, value)
        case Kind.CHOICE:
            return Binary("==", what, Literal(row.best))
    return what if row.best else Not(what)


def sign_of(row: Attribute) -> str:
    """With which a number is compared: it has to be at least this, or below this."""
    return ">=" if row.better is Better.HIGHER else "<"


def path_to(row: Attribute) -> Expression:
    return Path(PRINCIPAL, row.name) if row.noun == PRINCIPAL.name else context(row.noun, row.name)


def context(*names: str) -> Expression:
    """`context.device.known` from its names."""
    node: Expression = Var("context")
    for name in names:
        node = Path(node, name)
    return node


def instant_text(at: Instant) -> str:
    return format_datetime(Datetime(at))


# Layout


def _head(policy: Policy) -> list[str]:
    scopes = [scope_text(name, getattr(policy, name)) for name in ("principal", "action", "resource")]
    line = f"{policy.effect} ({', '.join(scopes)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{policy.effect} (", *[f"  {one}," for one in scopes[:-1]], f"  {scopes[-1]}", ")"]


def _condition(condition: Condition) -> list[str]:
    line = f"{condition.kind} {{ {expression_text(condition.body)} }}"
    body = condition.body
    if len(line) < WIDTH or not isinstance(body, And | Or):
        return [line]
    # In brackets where the part binds more loosely than what joins it, as `expression_text` would write it.
    sign = "&&" if isinstance(body, And) else "||"
    parts = [
        f"({expression_text(one)})" if isinstance(one, Or | And) else expression_text(one) for one in body.operands
    ]
    return [f"{condition.kind} {{", *[f"  {one} {sign}" for one in parts[:-1]], f"  {parts[-1]}", "}"]


# What it says of itself, and whom and what it is about


def _annotations(form: Form) -> Iterator[tuple[str, str]]:
    yield "id", form.id
    for name in ("title", "reason", "reason_de", "phase", "state", "allow_unknown", "always"):
        value = getattr(form, name)
        if value and value is not State.ENFORCE:
            yield name, str(value)
    if reasons := "\n".join(f"{one.person}: {one.reason}" for one in form.exemptions if one.reason):
        yield "exceptions", reasons


def _only(kind: str, names: frozenset[str]) -> tuple[EntityUid, ...] | None:
    """What the head can name: one. Several are a condition."""
    return tuple(EntityUid(kind, name) for name in names) if len(names) == 1 else None


def _actions(form: Form) -> Scope:
    named = tuple(EntityUid("Action", name) for name in form.sorted_actions)
    return Scope(entities=named, equal=len(named) == 1) if named else Scope()


def _resource(form: Form) -> Scope:
    named = _only("App", form.apps)
    if named is not None and not form.is_for_apps_only:
        return Scope(entities=named, equal=True)
    return Scope("App" if form.is_for_apps_only else None, named)


def _many(form: Form) -> Iterator[Expression]:
    if len(form.groups) > 1:
        yield _is_in("Group", PRINCIPAL, form.groups)
    if len(form.apps) > 1:
        yield _is_in("App", RESOURCE, form.apps)


def _label(form: Form) -> Iterator[Expression]:
    if form.sensitivity is not None:
        yield Binary("<=" if form.is_permit else ">=", Path(RESOURCE, "sensitivity"), Literal(form.sensitivity))


def _is_in(kind: str, what: Expression, names: frozenset[str]) -> Expression:
    named = tuple(Literal(EntityUid(kind, name)) for name in sorted(names))
    return Binary("in", what, named[0] if len(named) == 1 else SetOf(named))


def _exempt(one: Exemption) -> Expression:
    return And((Binary("==", PRINCIPAL, Literal(EntityUid("Person", one.person))), _before(one.until)))


# What it needs


def _other_countries(needs: Needs) -> Iterator[Expression]:
    country = context("place", "country")
    if needs.not_countries:
        yield Not(_one_of(country, needs.not_countries | ({""} if needs.country_known else set())))
    elif needs.country_known:
        yield Binary("!=", country, Literal(""))


def _end(needs: Needs) -> Iterator[Expression]:
    if needs.until is not None:
        yield _before(needs.until)


def _hours(hours: Hours | None) -> Iterator[Expression]:
    if hours is None:
        return
    weekday, minute = context("time", "weekday"), context("time", "minute")
    if hours.days != EVERY_DAY:
        last = max(hours.days)
        is_from_monday_on = len(hours.days) == last
        yield (
            Binary("<=", weekday, Literal(last))
            if is_from_monday_on
            else Binary("contains", SetOf(tuple(Literal(day) for day in sorted(hours.days))), weekday)
        )
    if hours.is_whole_day:
        return
    begun, not_over = Binary(">=", minute, Literal(hours.start)), Binary("<", minute, Literal(hours.end))
    if hours.end < hours.start:
        yield Or((begun, not_over))
        return
    yield from [begun] if hours.start else []
    yield from [not_over] if hours.end < 24 * 60 else []


def _within(since: Expression, length: Milliseconds) -> Expression:
    age = Call("durationSince", (NOW, since))
    return Binary("<=", age, Call("duration", (Literal(length_text(length)),)))


def _before(at: Instant) -> Expression:
    return Binary("<", NOW, Call("datetime", (Literal(instant_text(at)),)))


def _one_of(what: Expression, names: frozenset[str]) -> Expression:
    every = tuple(Literal(name) for name in sorted(names))
    return Binary("==", what, every[0]) if len(every) == 1 else Binary("contains", SetOf(every), what)


def _all(parts: Iterable[Expression]) -> Expression:
    every = tuple(parts)
    return every[0] if len(every) == 1 else And(every)
