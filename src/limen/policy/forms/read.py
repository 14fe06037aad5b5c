"""A policy as the form it is, or None where it says anything that no form can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeGuard

from limen.cedar import EntityUid, Policy, Scope
from limen.cedar.tree import (
    And,
    Attribute as Path,
    Binary,
    Call,
    Expression,
    Literal,
    Not,
    Or,
    SetOf,
    Var,
    constant,
    descend,
)
from limen.cedar.values import Datetime, Duration
from limen.policy.annotations import Phase, State
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms.model import DAY_MINUTES, TEXTS, Exemption, Form, FormError, Hours, Needs
from limen.policy.forms.write import IS_LIMEN, NOW, PRINCIPAL, RESOURCE, comparison, context, path_to, sign_of

_SAID: Final = frozenset({"id", "phase", "state", "exceptions", *TEXTS})
_COUNTRY: Final = context("place", "country")
_RISK: Final = context("risk", "score")
_MINUTE: Final = context("time", "minute")
_WEEKDAY: Final = context("time", "weekday")
_COUNTRY_KNOWN: Final = Binary("!=", _COUNTRY, Literal(""))
_RISK_UNKNOWN: Final = Not(context("risk", "known"))


class _Hand(Exception):  # noqa: N818 -- no error, only the way out
    """Something that no form says."""


def read(policy: Policy) -> Form | None:
    """The form that this policy is; None where a person wrote something of their own."""
    try:
        return _read(policy)
    except (_Hand, FormError):
        return None


def _read(policy: Policy) -> Form:
    said = policy.annotations
    if not said.keys() <= _SAID or said.get("id", policy.id) != policy.id:
        raise _Hand
    if any(type(node.value) is bool for one in policy.conditions for node in descend(one.body) if _is_literal(node)):
        raise _Hand  # no form says true or false, and Python takes them for 1 and 0
    whens = [part for one in policy.conditions if one.kind == "when" for part in _parts(one.body, And)]
    unlesses = [part for one in policy.conditions if one.kind == "unless" for part in _parts(one.body, Or)]
    groups, apps = _groups(policy, whens), _apps(policy, whens)
    words: dict[str, Any] = {name: said.get(name, "") for name in TEXTS}
    form = Form(
        policy.id,
        policy.effect,
        phase=_word(Phase, said["phase"]) if "phase" in said else None,
        state=_word(State, said.get("state", State.ENFORCE)),
        groups=groups,
        except_groups=_taken(unlesses, "Group", PRINCIPAL),
        is_for_workloads=policy.principal.type == "Workload",
        apps=apps,
        is_for_apps_only=policy.resource.type == "App",
        sensitivity=_sensitivity("<=" if policy.effect == "permit" else ">=", whens),
        actions=_actions(policy.action),
        needs=() if policy.effect == "forbid" else (Needs(),),
        **words,
    )
    if policy.effect == "permit":
        return _permit(form, whens, unlesses, said)
    return _forbid(form, whens, unlesses, said)


def _permit(form: Form, whens: list[Expression], unlesses: list[Expression], said: Any) -> Form:
    spares_limen = unlesses == [IS_LIMEN]
    if (unlesses and not spares_limen) or "exceptions" in said:
        raise _Hand
    return replace(form, spares_limen=spares_limen, needs=(read_needs(whens),))


def _forbid(form: Form, whens: list[Expression], unlesses: list[Expression], said: Any) -> Form:
    if whens:
        raise _Hand
    spares_limen = IS_LIMEN in unlesses
    rest = [one for one in unlesses if one != IS_LIMEN]
    exempt = [(one, _exemption(one)) for one in rest]
    reasons = _reasons(said.get("exceptions", ""))
    exemptions = tuple(replace(one, reason=reasons.pop(one.person, "")) for _, one in exempt if one)
    if reasons:
        raise _Hand
    needs = tuple(read_needs(_parts(one, And)) for one, exemption in exempt if exemption is None)
    return replace(form, spares_limen=spares_limen, exemptions=exemptions, needs=needs)


# Whom and what it is about


def _groups(policy: Policy, whens: list[Expression]) -> frozenset[str]:
    if policy.principal.type not in {None, "Workload"}:
        raise _Hand
    return _named(policy.principal, "Group", equal=False) or _taken(whens, "Group", PRINCIPAL)


def _apps(policy: Policy, whens: list[Expression]) -> frozenset[str]:
    if policy.resource.type not in {None, "App"}:
        raise _Hand
    return _named(policy.resource, "App", equal=policy.resource.type is None) or _taken(whens, "App", RESOURCE)


def _named(scope: Scope, kind: str, *, equal: bool) -> frozenset[str]:
    """The one that the head names; none where it names none."""
    if scope.entities is None:
        return frozenset()
    if scope.equal is not equal or len(scope.entities) != 1 or scope.entities[0].type != kind:
        raise _Hand
    return frozenset({scope.entities[0].id})


def _taken(parts: list[Expression], kind: str, what: Var) -> frozenset[str]:
    """Take out of `parts` the one that says in which of several the `what` is."""
    found = frozenset[str]()
    for part in tuple(parts):
        if isinstance(part, Binary) and part.operator == "in" and part.left == what:
            if found:
                raise _Hand
            parts.remove(part)
            found = _uids(part.right, kind)
    return found


def _uids(node: Expression, kind: str) -> frozenset[str]:
    items = node.items if isinstance(node, SetOf) else (node,)
    uids = [one.value for one in items if isinstance(one, Literal) and isinstance(one.value, EntityUid)]
    if not uids or len(uids) != len(items) or any(uid.type != kind for uid in uids):
        raise _Hand
    return frozenset(uid.id for uid in uids)


def _actions(scope: Scope) -> frozenset[str]:
    if scope.entities is None:
        return frozenset()
    if not scope.entities:
        raise _Hand  # `action in []` is no action, and a form without actions means all of them
    return frozenset(uid.id for uid in scope.entities)


def _sensitivity(sign: str, whens: list[Expression]) -> int | None:
    sensitivity: int | None = None
    for part in tuple(whens):
        match part:
            case Binary(operator, Path(Var("resource"), "sensitivity"), Literal(int() as level)):
                if operator != sign or sensitivity is not None:
                    raise _Hand
                sensitivity = level
                whens.remove(part)
    return sensitivity


# Exceptions


def _exemption(node: Expression) -> Exemption | None:
    match node:
        case And((Binary("==", Var("principal"), Literal(EntityUid("Person", person))), before)):
            if (until := _until(before)) is not None:
                return Exemption(person, until)
    return None


def _reasons(text: str) -> dict[str, str]:
    """`p_1: a new phone is on its way`, one line for each person."""
    reasons = {}
    for line in text.split("\n") if text else ():
        person, colon, reason = line.partition(": ")
        if not colon or not reason or person in reasons:
            raise _Hand
        reasons[person] = reason
    return reasons


# Needs


def read_needs(parts: Iterable[Expression]) -> Needs:
    """All of these as one list of needs. Raises where one of them is none, or one is said twice."""
    asks: dict[str, Any] = {}
    hours: dict[str, Any] = {}
    others: dict[str, Any] = {}
    rows = {path_to(row): row for row in ATTRIBUTES.table.offered.values()}
    for part in parts:
        if (times := _time(part)) is not None:
            _take(hours, times)
            continue
        other = _other(part)
        _take(others, other or {})
        if isinstance(part, Or) or not other:
            if (member := _member(part, rows)) is not None:
                path, name = member
                _take(asks, {path: frozenset({name}) | _not_yet(asks.pop(path, frozenset()), name)})
            else:
                _take(asks, _asked(_risk_of(part) or part, rows))
    return Needs(asks, hours=_hours(**hours) if hours else None, **others)


def _other(part: Expression) -> dict[str, Any] | None:
    """What is no row of the table by itself."""
    match part:
        case _ if part == _COUNTRY_KNOWN:
            return {"country_known": True}
        case Not(inner) if (names := _names(inner, _COUNTRY)) and names != {""}:
            return {"not_countries": names - {""}, **({"country_known": True} if "" in names else {})}
        case _ if _risk_of(part):
            return {"risk_may_be_unknown": True}
        case _ if (until := _until(part)) is not None:
            return {"until": until}
    return None


def _risk_of(part: Expression) -> Expression | None:
    """What a risk is to be, of a part that lets one pass that is not known."""
    match part:
        case Or((unknown, Binary("<", what, _) as below)) if unknown == _RISK_UNKNOWN and what == _RISK:
            return below
    return None


def _member(part: Expression, rows: Mapping[Expression, Attribute]) -> tuple[str, str] | None:
    """The path of a set and the one member that it has to have; None where this says no such thing."""
    match part:
        case Binary("contains", what, Literal(str() as name)) if what in rows and rows[what].kind is Kind.SET:
            return rows[what].path, name
    return None


def _not_yet(members: frozenset[str], name: str) -> frozenset[str]:
    """These members, where this one is none of them. Raises where it is said twice."""
    if name in members:
        raise _Hand
    return members


def _asked(part: Expression, rows: Mapping[Expression, Attribute]) -> dict[str, Any]:
    for what, row in rows.items():
        if value := _value(part, what, row):
            return {row.path: value}
    raise _Hand


def _value(part: Expression, what: Expression, row: Attribute) -> Any:
    """What this asks of that attribute, nothing where it asks nothing: `write.comparison` the other way round."""
    match row.kind, part:
        case Kind.INSTANT, Binary("<=", Call("durationSince", (now, since)), Call("duration") as length):
            value = constant(length)
            return int(value) if (now, since) == (NOW, what) and isinstance(value, Duration) else None
        case Kind.NUMBER, Binary(sign, left, Literal(int() as bound)):
            return bound if (sign, left) == (sign_of(row), what) else None
        case Kind.TEXT, _:
            return _names(part, what)
    return row.kind in {Kind.BOOL, Kind.CHOICE} and comparison(row, True) == part


def _names(part: Expression, what: Expression) -> frozenset[str]:
    """The texts of which `what` is one; none where this says no such thing."""
    match part:
        case Binary("==", left, Literal(str() as name)) if left == what:
            return frozenset({name})
        case Binary("contains", SetOf(items), right) if right == what:
            names = [one.value for one in items if isinstance(one, Literal) and isinstance(one.value, str)]
            return frozenset(names) if len(names) == len(items) else frozenset()
    return frozenset()


def _hours(*, is_night: bool = False, **said: Any) -> Hours:
    hours = Hours(**said)
    if is_night is not (hours.end < hours.start):
        raise _Hand  # `minute >= 1200 && minute < 360` is never, and no night
    return hours


def _take(said: dict[str, Any], more: dict[str, Any]) -> None:
    if said.keys() & more.keys():
        raise _Hand
    said.update(more)


def _until(part: Expression) -> int | None:
    match part:
        case Binary("<", now, Call("datetime") as date) if now == NOW:
            value = constant(date)
            return int(value) if isinstance(value, Datetime) else None
    return None


def _time(part: Expression) -> dict[str, Any] | None:
    """What a part says of days or minutes; None where it speaks of neither."""
    match part:
        case Binary("<=", what, Literal(int() as last)) if what == _WEEKDAY and 1 <= last <= 6:
            return {"days": frozenset(range(1, last + 1))}
        case Binary("contains", SetOf(items), what) if what == _WEEKDAY:
            return {"days": frozenset(_days(items))}
        case Binary(">=", what, Literal(int() as start)) if what == _MINUTE and start > 0:
            return {"start": start}
        case Binary("<", what, Literal(int() as end)) if what == _MINUTE and end < DAY_MINUTES:
            return {"end": end}
        case Or((begun, not_over)):
            night = {**(_time(begun) or {}), **(_time(not_over) or {})}
            return {**night, "is_night": True} if night.keys() == {"start", "end"} else None
    return None


def _days(items: tuple[Expression, ...]) -> Iterator[int]:
    for one in items:
        if not isinstance(one, Literal) or type(one.value) is not int:
            raise _Hand
        yield one.value


def _parts(body: Expression, join: type[And | Or]) -> list[Expression]:
    """What `join` puts together. The two halves of a risk or a night belong together, so those stay whole."""
    if not isinstance(body, And | Or) or not isinstance(body, join):
        return [body]
    if join is Or and (_risk_of(body) or _time(body)):
        return [body]
    return list(body.operands)


def _is_literal(node: Expression) -> TypeGuard[Literal]:
    return isinstance(node, Literal)


def _word(words: Any, said: str) -> Any:
    try:
        return words(said)
    except ValueError:
        raise _Hand from None
