"""What nobody stands behind any more: empty groups, apps without owners, what is held by somebody who is gone.

Each is found with what to do next. What only looks unused is told as that: a token that nobody used, a service that
asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.facts import EVERYONE, LIMEN, App, Person
from limen.facts.access_rules import AccessRules


class Why(StrEnum):
    """What is missing behind it."""

    NO_MEMBERS = "no-members"  # a group that policies, apps or access.yaml name
    NO_OWNER = "no-owner"  # an app that names no group
    OWNERS_GONE = "owners-gone"  # an app, or a service's apps, whose owning groups have nobody who is active
    HOLDER_GONE = "holder-gone"  # its holder is deactivated, or not there at all
    UNUSED = "unused"  # nothing was asked with it in the days on record


@dataclass(frozen=True, slots=True)
class Credential:
    """Something that asks for access or is asked by: a token, a service, an account on hosts. `holder` is a person's
    id ("" for a service, which has none), `apps` are ids, `used_at` is when it was used last (0: never on record).
    """

    kind: str
    id: str
    name: str
    holder: str
    apps: tuple[str, ...]
    made_at: Instant
    used_at: Instant


@dataclass(frozen=True, slots=True)
class Orphan:
    """`kind`: group · app · token · service · account. `about` are ids that it concerns: policies, apps, a holder."""

    kind: str
    id: str
    name: str
    why: Why
    about: tuple[str, ...] = ()


def orphans(
    people: Mapping[str, Person],
    apps: Iterable[App],
    access: AccessRules,
    named: Mapping[str, tuple[str, ...]],
    held: Iterable[Credential],
    *,
    since: Instant,
) -> tuple[Orphan, ...]:
    """Everything that nobody stands behind. `named` are groups that policies name, with the policies' ids; `since` is
    the instant before which a use is long ago. Pure.
    """
    inside = {
        group for person in people.values() if person.active and not person.is_workload for group in person.groups
    }
    every = [app for app in apps if app.id != LIMEN]
    return (
        *_groups(inside, every, access, named),
        *_apps(inside, every),
        *(one for each in held if (one := _held(each, people, inside, {app.id: app for app in every}, since))),
    )


def _groups(
    inside: set[str], apps: Iterable[App], access: AccessRules, named: Mapping[str, tuple[str, ...]]
) -> Iterator[Orphan]:
    by_rules = {group for rule in access.rules for group in rule.ask}
    by_rules |= {group for rule in access.rules for step in rule.steps for group in step.groups}
    owners = {app.owner for app in apps if app.owner}
    for group in sorted({*named, *by_rules, *owners} - inside - {EVERYONE}):
        yield Orphan("group", group, group, Why.NO_MEMBERS, named.get(group, ()))


def _apps(inside: set[str], apps: Iterable[App]) -> Iterator[Orphan]:
    for app in apps:
        if not app.owner:
            yield Orphan("app", app.id, app.name, Why.NO_OWNER)
        elif app.owner not in inside:
            yield Orphan("app", app.id, app.name, Why.OWNERS_GONE, (app.owner,))


def _held(
    one: Credential, people: Mapping[str, Person], inside: set[str], apps: Mapping[str, App], since: Instant
) -> Orphan | None:
    holder = people.get(one.holder)
    if one.holder and (holder is None or not holder.active):
        return Orphan(one.kind, one.id, one.name, Why.HOLDER_GONE, (one.holder,))
    owners = {apps[app].owner for app in one.apps if app in apps}
    if one.kind == "service" and one.apps and not owners & inside:
        return Orphan(one.kind, one.id, one.name, Why.OWNERS_GONE, one.apps)
    if one.kind != "account" and max(one.used_at, one.made_at) < since:
        return Orphan(one.kind, one.id, one.name, Why.UNUSED, one.apps)
    return None
