"""A form as a sentence: `Finance may view, download and edit Payroll with a passkey, on working days 06:00–20:00`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Final

from limen.messages import joined, times
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms.model import EVERY_DAY, RISK, Form, Hours, Needs

_STRENGTHS: Final = {1: "when signed in", 2: "with two factors", 3: "with a passkey"}
_BINDINGS: Final = {
    1: "on a device the session is bound to",
    2: "on a device the session is firmly bound to",
    3: "on a device the session is bound to in hardware",
    4: "on a device that proves itself at each request",
}
_PROOF: Final = ("auth.strength", "auth.at")
_DEVICES: Final = {"device.known": "known", "device.managed": "managed", "device.compliance": "healthy"}
_AT_MOST: Final = ("anything public", "anything public or internal", "anything not restricted", "any app")
_AT_LEAST: Final = (
    "any app",
    "anything more than public",
    "anything confidential or restricted",
    "anything restricted",
)
_DOING: Final = {
    "sign_in": "sign in to",
    "connect": "connect to",
    "elevate": "have elevated rights in",
}
"""Actions that are not the verb before the name of an app."""
_WORKING_DAYS: Final = frozenset(range(1, 6))
_WEEKEND: Final = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class Names:
    """How groups, apps, networks and people are called, by their ids, and the zone in which dates are said."""

    groups: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC


def sentence(form: Form, names: Names) -> str:
    """The whole form in one sentence, with another for each exception."""
    ways = [needs_words(one, names) for one in form.needs]
    do, where = _doing(form), _where(form, names)
    if form.is_permit:
        said = f"{_who(form, names)} can {do} {where}{f' {ways[0]}' if ways[0] else ''}"
    elif not form.groups and not form.is_for_workloads:
        said = f"Nobody can {do} {where}" + (f", except {joined(ways, 'or')}" if ways else "")
    elif ways:
        said = f"{_who(form, names)} can {do} {where} only {joined(ways, 'or')}"
    else:
        said = f"{_who(form, names)} can't {do} {where}"
    return ". ".join([said, *_exemptions(form, names)])


def needs_words(needs: Needs, names: Names) -> str:
    """`with a passkey used within 4 hours, on a device we know`; "" where nothing is needed."""
    return ", ".join(dict.fromkeys(_needs(needs, names)))


def _who(form: Form, names: Names) -> str:
    if not form.groups:
        return "Services" if form.is_for_workloads else "Everybody"
    groups = joined((_called(names.groups, group) for group in sorted(form.groups)), "and")
    return f"Services in {groups}" if form.is_for_workloads else groups


def _doing(form: Form) -> str:
    if not form.actions:
        return "use"
    doing = (_DOING.get(action, action) for action in form.sorted_actions)
    return joined(doing, "and" if form.is_permit else "or")


def _where(form: Form, names: Names) -> str:
    if form.apps:
        return joined((_called(names.apps, app) for app in sorted(form.apps)), "and" if form.is_permit else "or")
    level = form.sensitivity
    if not form.is_permit:
        return "any app" if level is None else _AT_LEAST[level]
    but = " but Limen itself" if form.spares_limen else ""
    return ("any app" if level is None else _AT_MOST[level]) + but


def _needs(needs: Needs, names: Names) -> Iterator[str]:
    for row in ATTRIBUTES.table.offered.values():
        if row.path in needs.asks:
            known = ", where that is known" if row.path == RISK and needs.risk_may_be_unknown else ""
            yield _asked(row, needs.asks) + known
    yield from _other_countries(needs)
    if needs.hours is not None:
        yield hours_words(needs.hours)
    if needs.until is not None:
        yield f"until {times.date(needs.until, names.zone)}"


def _asked(row: Attribute, asks: Mapping[str, Any]) -> str:
    """The words of one attribute; those of a proof are the same at each of its rows, and those of a device's flags."""
    value = asks[row.path]
    if row.path in _PROOF:
        return _proof(asks)
    if row.path in _DEVICES:
        return _device(asks)
    if row.path == "device.binding":
        return _BINDINGS[value]
    match row.kind:
        case Kind.NUMBER:
            otherwise, said = f"{row.form} {'at least' if row.better is Better.HIGHER else 'below'}", str(value)
        case Kind.INSTANT:
            otherwise, said = f"{row.form} within", times.exact_length(value)
        case Kind.TEXT:
            otherwise, said = row.form, joined(sorted(value), "or")
        case Kind.SET:
            members = (one.replace("_", " ") for one in row.choices if one in value)
            otherwise, said = row.form, joined(members, "and")
        case _:
            return row.asked or (row.phrase[0 if row.best else 1] if row.phrase else row.form)
    return row.asked.replace("{}", said) if row.asked else f"{otherwise} {said}"


def _proof(asks: Mapping[str, Any]) -> str:
    strength, within = asks.get("auth.strength", 0), asks.get("auth.at")
    if within is None:
        return _STRENGTHS[strength]
    words = {0: "having signed in", 1: _STRENGTHS[1]}.get(strength, f"{_STRENGTHS.get(strength)} used")
    return f"{words} within {times.exact_length(within)}"


def _device(asks: Mapping[str, Any]) -> str:
    kinds = [word for path, word in _DEVICES.items() if path in asks]
    if kinds == ["known"]:
        return "on a device we know"
    return f"on a {', '.join(word for word in kinds if word != 'known')} device"


def _other_countries(needs: Needs) -> Iterator[str]:
    if needs.not_countries:
        others = joined(sorted(needs.not_countries), "or")
        known = f"from a known country other than {others}"
        yield known if needs.country_known else f"from anywhere but {others}, as far as is known"
    elif needs.country_known:
        yield "from a country that is known"


def hours_words(hours: Hours) -> str:
    """`on working days 06:00–20:00`."""
    days = {EVERY_DAY: "", _WORKING_DAYS: "on working days", _WEEKEND: "at the weekend"}.get(hours.days)
    if days is None:
        days = f"on {joined(f'{times.weekday(day)}s' for day in sorted(hours.days))}"
    if hours.is_whole_day:
        return days
    return f"{days} {times.minute_of_day(hours.start)}–{times.minute_of_day(hours.end)}".strip()


def _exemptions(form: Form, names: Names) -> Iterator[str]:
    if form.except_groups:
        left_out = joined((_called(names.groups, group) for group in sorted(form.except_groups)), "and")
        yield f"This doesn't apply to {left_out}"
    for one in form.exemptions:
        why = f" ({one.reason})" if one.reason else ""
        yield f"{names.people.get(one.person, one.person)} is exempt until {times.date(one.until, names.zone)}{why}"


def _called(names: Mapping[str, str], name: str) -> str:
    return names.get(name) or name
