"""A policy as the form it is, or None where it says anything that no form can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeGuard

from limen.cedar import EntityUid, Policy, Scope
from limen.cedar.tree import And, Attribute, Binary, Call, Expression, Literal, Not, Or, SetOf, Var, constant, descend
from limen.cedar.values import Datetime, Duration
from limen.policy.annotations import Phase, State
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms.model import DAY_MINUTES, Exemption, Form, FormError, Hours, Needs
from limen.policy.forms.write import IS_LIMEN, NOW, PRINCIPAL, RESOURCE, context, tick

_SAID: Final = frozenset({"id", "title", "reason", "phase", "state", "allow_unknown", "always", "exceptions"})
_COUNTRY: Final = context("place", "country")
_MINUTE: Final = context("time", "minute")
_WEEKDAY: Final = context("time", "weekday")
_FLAGS: Final[dict[Expression, dict[str, Any]]] = {
    Attribute(PRINCIPAL, "active"): {"active": True},
    context("auth", "interactive"): {"interactive": True},
    context("grant", "active"): {"granted": True},
    context("device", "known"): {"device_known": True},
    context("device", "managed"): {"device_managed": True},
    Binary("==", context("device", "compliance"), Literal("compliant")): {"device_healthy": True},
    Binary("!=", _COUNTRY, Literal("")): {"country_known": True},
    Not(context("place", "anonymiser")): {"no_anonymiser": True},
}


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
    groups, except_groups = _groups(policy, whens), _left_out(unlesses)
    apps = _apps(policy, whens)
    form = Form(
        policy.id,
        policy.effect,
        title=said.get("title", ""),
        reason=said.get("reason", ""),
        phase=_word(Phase, said["phase"]) if "phase" in said else None,
        state=_word(State, said.get("state", State.ENFORCE)),
        groups=groups,
        except_groups=except_groups,
        is_for_workloads=policy.principal.type == "Workload",
        apps=apps,
        is_for_apps_only=policy.resource.type == "App",
        sensitivity=_sensitivity("<=" if policy.effect == "permit" else ">=", whens),
        actions=_actions(policy.action),
        needs=() if policy.effect == "forbid" else (Needs(),),
        allow_unknown=said.get("allow_unknown", ""),
        always=said.get("always", ""),
    )
    if policy.effect == "permit":
        return _permit(form, whens, unlesses, said)
    return _forbid(form, whens, unlesses, said)


def _permit(form: Form, whens: list[Expression], unlesses: list[Expression], said: Any) -> Form:
    if unlesses or "exceptions" in said:
        raise _Hand
    return replace(form, needs=(read_needs(whens),))


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


def _left_out(unlesses: list[Expression]) -> frozenset[str]:
    return _taken(unlesses, "Group", PRINCIPAL)


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
            case Binary(operator, Attribute(Var("resource"), "sensitivity"), Literal(int() as level)):
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
    said: dict[str, Any] = {}
    hours: dict[str, Any] = {}
    ticked = {tick(row): row.path for row in ATTRIBUTES.table.ticks}
    holds: dict[str, Any] = {}
    for part in parts:
        if part in ticked:
            _take(holds, {ticked[part]: True})
        elif (times := _time(part)) is not None:
            _take(hours, times)
        else:
            _take(said, _need(part))
    if hours:
        said["hours"] = _hours(**hours)
    return Needs(**said, holds=frozenset(holds))


def _hours(*, is_night: bool = False, **said: Any) -> Hours:
    hours = Hours(**said)
    if is_night is not (hours.end < hours.start):
        raise _Hand  # `minute >= 1200 && minute < 360` is never, and no night
    return hours


def _take(said: dict[str, Any], more: dict[str, Any]) -> None:
    if said.keys() & more.keys():
        raise _Hand
    said.update(more)


def _need(part: Expression) -> dict[str, Any]:
    flag = _FLAGS.get(part)
    if flag is not None:
        return flag
    for reads in _READERS:
        if found := reads(part):
            return found
    raise _Hand


def _number(part: Expression) -> dict[str, Any] | None:
    match part:
        case Binary(">=", Attribute(Attribute(Var("context"), "auth"), "strength"), Literal(int() as least)):
            return {"strength": _at_least_one(least)}
        case Binary(">=", Attribute(Attribute(Var("context"), "device"), "binding"), Literal(int() as least)):
            return {"binding": _at_least_one(least)}
        case Binary("<", Attribute(Attribute(Var("context"), "risk"), "score"), Literal(int() as below)):
            return {"risk_below": below}
        case Or((Not(known), below)) if known == context("risk", "known"):
            risk = _number(below)
            return {**risk, "risk_may_be_unknown": True} if risk and "risk_below" in risk else None
    return None


def _at_least_one(least: int) -> int:
    if least < 1:
        raise _Hand  # always true; a form would forget it
    return least


def _age(part: Expression) -> dict[str, Any] | None:
    match part:
        case Binary("<=", Call("durationSince", (now, since)), Call("duration") as length) if now == NOW:
            value = constant(length)
            name = {context("auth", "at"): "proved_within", context("session", "started"): "signed_in_within"}.get(
                since
            )
            return {name: int(value)} if name and isinstance(value, Duration) else None
    return None


def _end(part: Expression) -> dict[str, Any] | None:
    until = _until(part)
    return None if until is None else {"until": until}


def _until(part: Expression) -> int | None:
    match part:
        case Binary("<", now, Call("datetime") as date) if now == NOW:
            value = constant(date)
            return int(value) if isinstance(value, Datetime) else None
    return None


def _place(part: Expression) -> dict[str, Any] | None:
    match part:
        case Binary("==", what, Literal(str() as name)):
            return _list_of(what, {name})
        case Binary("contains", SetOf(items), what):
            return _list_of(what, _texts(items))
        case Not(inner):
            named = (_place(inner) or {}).get("countries", frozenset())
            known = {"country_known": True} if "" in named else {}
            return {"not_countries": named - {""}, **known} if named - {""} else None
    return None


def _list_of(what: Expression, names: set[str]) -> dict[str, Any] | None:
    name = {context("place", "network"): "networks", _COUNTRY: "countries"}.get(what)
    return {name: frozenset(names)} if name and names else None


def _texts(items: tuple[Expression, ...]) -> set[str]:
    names = {one.value for one in items if isinstance(one, Literal) and isinstance(one.value, str)}
    if not names or not all(isinstance(one, Literal) and isinstance(one.value, str) for one in items):
        raise _Hand
    return names


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


_READERS: Final[tuple[Callable[[Expression], dict[str, Any] | None], ...]] = (_number, _age, _end, _place)


def _parts(body: Expression, join: type[And | Or]) -> list[Expression]:
    """What `join` puts together. The two halves of a risk or a night belong together, so those stay whole."""
    if not isinstance(body, And | Or) or not isinstance(body, join):
        return [body]
    if join is Or and (_number(body) or _time(body)):
        return [body]
    return list(body.operands)


def _is_literal(node: Expression) -> TypeGuard[Literal]:
    return isinstance(node, Literal)


def _word(words: Any, said: str) -> Any:
    try:
        return words(said)
    except ValueError:
        raise _Hand from None
