"""What a change would do, in the words of its page: who would lose or gain which app, the one who looks among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from limen.company.plan import ANY_WORKLOAD, Plan
from limen.company.rehearsal import Turn, Turned
from limen.messages import joined
from limen.policy.access_diff.diff import Difference

_Kind: TypeAlias = tuple[bool, str, bool, tuple[str, ...]]
"""Gain or loss, app, whole or not, and the actions worth naming."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One app that people gain or lose. `who` are their names; `is_always` says that it is not only now and then."""

    gains: bool
    said: str
    who: tuple[str, ...]
    is_always: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """Requests of the last days that would be answered otherwise."""

    person: str
    app: str
    action: str
    does: str
    count: int
    example: str


def effects_of(plan: Plan, names: Mapping[str, str], apps: Mapping[str, str], me: str) -> list[Effect]:
    """Losses before gains, whole ones before those in some situations: `3 people would lose Payroll, including you`."""
    if plan.reach is None:
        return []
    found: dict[_Kind, set[str]] = {}
    reaches = [plan.reach, *(one.reach for one in plan.openings if one.reach is not None and not one.is_of_requests)]
    for difference in (one for reach in reaches for one in reach.differences):
        for app in difference.apps:
            key = (difference.gains, app, difference.is_whole, _what(difference))
            found.setdefault(key, set()).update(difference.people)
    effects = []
    for (gains, app, is_whole, actions), people in found.items():
        if actions and people <= _of_the_app(found, app, gains=gains):
            continue  # whoever gains or loses the app gains or loses what can be done there
        said = _sentence(people, plan.supposed, apps.get(app, app), actions, me, gains=gains, is_whole=is_whole)
        effects.append(Effect(gains, said, _named(people, names), is_whole))
    return sorted(effects, key=lambda one: (one.gains, not one.is_always, one.said))


def replayed_of(plan: Plan, names: Mapping[str, str], apps: Mapping[str, str]) -> list[Replayed]:
    """The turned requests, those that are refused first."""
    if plan.rehearsal is None:
        return []
    order = list(Turn)
    turned = sorted(
        plan.rehearsal.turned, key=lambda one: (one.turn is not Turn.LOSES, order.index(one.turn), -one.count)
    )
    return [_replayed(one, names, apps) for one in turned]


def replayed_then(
    kept: Iterable[Mapping[str, Any]], names: Mapping[str, str], apps: Mapping[str, str]
) -> list[Replayed]:
    """The turned requests as a publication kept them."""
    words = {turn.name.lower(): turn.value for turn in Turn}
    return [
        Replayed(
            names.get(str(one.get("person", "")), str(one.get("person", ""))) or "Nobody signed in",
            apps.get(str(one.get("app", "")), str(one.get("app", ""))),
            str(one.get("action", "")),
            words.get(str(one.get("turn", "")), "would get a different answer"),
            int(one.get("count", 0)),
            str(next(iter(one.get("examples", ())), "")),
        )
        for one in kept
    ]


def _replayed(one: Turned, names: Mapping[str, str], apps: Mapping[str, str]) -> Replayed:
    who = names.get(one.person, one.person) if one.person else "Nobody signed in"
    return Replayed(who, apps.get(one.app, one.app), one.action, one.turn.value, one.count, one.examples[0])


def _of_the_app(found: Mapping[_Kind, set[str]], app: str, *, gains: bool) -> set[str]:
    """Who gains (or loses) even looking at this app, always or in some situations."""
    return found.get((gains, app, True, ()), set()) | found.get((gains, app, False, ()), set())


def _what(difference: Difference) -> tuple[str, ...]:
    """The actions worth naming: none where looking is among them, for then it is the app itself."""
    return () if "view" in difference.actions else tuple(difference.actions)


def _sentence(
    people: Iterable[str],
    supposed: Mapping[str, str],
    app: str,
    actions: tuple[str, ...],
    me: str,
    *,
    gains: bool,
    is_whole: bool,
) -> str:
    everybody = set(people)
    known = everybody - {"", ANY_WORKLOAD, *supposed}
    count = len(known)
    groups = [title for one, title in supposed.items() if one in everybody]
    if groups:
        who = f"Anyone in {' or '.join(groups)}"
    elif not known and everybody == {ANY_WORKLOAD}:
        who = "Any workload"
    else:
        who = "Anyone, signed in or not," if not known else f"{count} {'person' if count == 1 else 'people'}"
    if actions:
        does = f"could {'also' if gains else 'no longer'} {joined(one.replace('_', ' ') for one in actions)} in {app}"
    else:
        does = f"would {'gain' if gains else 'lose'} access to {app}"
    when = "" if is_whole else ", in some situations" if actions else " in some situations"
    if known == {me} and not groups:
        return f"You {does}{when}"
    return f"{who} {does}{when}{', including you' if me in known else ''}"


def _named(people: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(one, one) for one in people if one and one != ANY_WORKLOAD))
