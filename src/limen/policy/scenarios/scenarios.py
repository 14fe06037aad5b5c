"""Every world that one policy can tell apart: who asks for what and when, and under each, all values of the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import chain, combinations, pairwise, product
from math import prod
from typing import Final

from limen.cedar import Entity, EntityUid, Policy, Record
from limen.cedar.tree import Is, Literal, Var, descend
from limen.clock import DAY, MINUTE, Instant, from_iso
from limen.facts import ACTIONS, ANYBODY, App, Facts, Label, Person, Upstream
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import ACTION_ENTITIES, Calendar, view_of
from limen.policy.decision import Request
from limen.policy.scenarios.examples import Values, facts_of, unknown
from limen.policy.scenarios.states import States, record_of

MONDAY: Final = from_iso("2026-01-05T00:00:00Z")
MOST_GROUPS: Final = 6
MOST_STATES: Final = 1_000_000
_TEN: Final = MONDAY + DAY + 600 * MINUTE
_APP: Final = App("an-app", "An app", "an-app.invalid", Upstream(""))
PRINCIPALS: Final = ("Person", "Workload")
RESOURCES: Final = ("App", "Document", "Host", "Zone")


@dataclass(frozen=True)
class Scenario:
    """What is not a fact that gets worse: who asks, for what, when. `states` are all values of each noun here,
    `records` the same as policies see them.

    `is_real`: the engine decides about such a request; it doesn't about documents, hosts and workloads yet. Nor is it
    real where `weekday_and_minute` are not those of `now` in UTC (None: they are), though another zone may have them.
    """

    person: Person
    app: App
    request: Request
    now: Instant
    principal: Entity
    resource: Entity
    states: dict[str, tuple[Values, ...]]
    records: dict[str, tuple[Record, ...]]
    is_real: bool = True
    weekday_and_minute: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """How much work it is: all combinations, and some of it for each pair of states."""
        counts = [len(states) for states in self.states.values()]
        return prod(counts) + sum(count * count for count in counts if count > 1)

    def facts(self, chosen: Mapping[str, int]) -> Facts:
        """The facts in the chosen state, by its number, of each noun."""
        said = {path: value for noun, index in chosen.items() for path, value in self.states[noun][index].items()}
        return facts_of(said, self.person, self.app, self.request.action, self.now)


class TooManyError(ValueError):
    """A policy that tells so many worlds apart that they can't even be listed."""


def scenarios_of(policy: Policy, found: States) -> Iterator[Scenario]:
    """Every setting in which the scope of the policy holds. Raises `TooManyError`."""
    named = _named(policy)
    groups = sum(isinstance(one, EntityUid) and one.type == "Group" for one in named)
    if groups > MOST_GROUPS or found.boundaries.combinations > MOST_STATES:
        raise TooManyError
    asked = list(_asked(policy, named, found))
    for now, weekday_and_minute in _nows(found):
        for person, app, request, who, what in asked:
            seen = view_of(Facts(app, person))
            is_real = (who, what, weekday_and_minute) == (seen.principal, seen.resource, None)
            states, records = {}, {}
            for noun in ATTRIBUTES.table.facts_nouns:
                # nobody signed in has proved nothing and has no device, but may be anywhere
                has_none = person == ANYBODY and noun.is_of_person
                states[noun.name] = (unknown(noun.name),) if has_none else found.of_noun(noun.name, now)
                nothing = tuple(map(record_of, states[noun.name])) if has_none else ()
                records[noun.name] = nothing or found.records(noun.name, now)
            yield Scenario(person, app, request, now, who, what, states, records, is_real, weekday_and_minute)


def _asked(
    policy: Policy, named: set[EntityUid | str], found: States
) -> Iterator[tuple[Person, App, Request, Entity, Entity]]:
    """Who asks for what, also as a type of principal or resource that only a condition speaks of."""
    requests = _requests(policy, named, found)
    for who, what in product(_types(policy, PRINCIPALS), _types(policy, RESOURCES)):
        for person, app, request in product(
            _people(policy, who, named, found), _apps(policy, what, named, found), requests
        ):
            seen = view_of(Facts(app, person))
            yield person, app, request, _of_type(seen.principal, who), _of_type(seen.resource, what)


def _types(policy: Policy, types: tuple[str, ...]) -> list[str]:
    """The types, of these, that the policy can tell from the first: that of its scope, or else what it names."""
    scope = policy.principal if types is PRINCIPALS else policy.resource
    if scope.type is not None:
        return [scope.type]
    uids = {uid.type for uid in scope.entities or ()}
    if uids & set(types):  # a group or a zone may have members of several types
        return [one for one in types if one in uids]
    for condition in policy.conditions:
        for node in descend(condition.body):
            if isinstance(node, Is):
                uids.add(node.type)
            elif isinstance(node, Literal) and isinstance(node.value, EntityUid):
                uids.add(node.value.type)
    return [one for one in types if one in {*uids, types[0]}]


def _named(policy: Policy) -> set[EntityUid | str]:
    """The entities that the conditions name, and the variables they speak of."""
    named: set[EntityUid | str] = set()
    for condition in policy.conditions:
        for node in descend(condition.body):
            if isinstance(node, Var):
                named.add(node.name)
            elif isinstance(node, Literal) and isinstance(node.value, EntityUid):
                named.add(node.value)
    return named


def _nows(found: States) -> Iterator[tuple[Instant, tuple[int, int] | None]]:
    """Instants of every stretch between two dates, with every weekday and minute where these are read as well."""
    drawn = found.boundaries
    borders = sorted(drawn.nows | frozenset(chain.from_iterable(drawn.dates.values())))
    if not drawn.reads("time"):
        yield from ((one, None) for one in (_around(borders) if borders else [_TEN]))
        return
    times = list(product(*(found.numbers(ATTRIBUTES[path]) for path in ("time.weekday", "time.minute"))))
    for first, last in _stretches(borders) if borders else [(MONDAY, MONDAY + 7 * DAY)]:
        for weekday, minute in times:
            at = first + (MONDAY + (weekday - 1) * DAY + minute * MINUTE - first) % (7 * DAY)
            if at <= last:
                yield at, None
            else:
                yield from ((one, (weekday, minute)) for one in {first, last})


def _around(borders: list[Instant]) -> list[Instant]:
    return sorted({*(one - early for one in borders for early in (0, 1)), borders[-1] + 400 * DAY})


def _stretches(borders: list[Instant]) -> Iterator[tuple[Instant, Instant]]:
    """The first and the last instant between every two borders, and a week before and after all of them."""
    yield borders[0] - 7 * DAY, borders[0] - 1
    yield from ((one, other - 1) for one, other in pairwise(borders))
    yield borders[-1], borders[-1] + 7 * DAY
    yield borders[-1] + 400 * DAY, borders[-1] + 407 * DAY


def _people(policy: Policy, kind: str, named: set[EntityUid | str], found: States) -> list[Person]:
    scope = policy.principal
    own = [uid.id for uid in scope.entities or () if uid.type == "Group"][:1]
    asked = sorted(uid.id for uid in named if isinstance(uid, EntityUid) and uid.type == "Group")
    ids = [uid.id for uid in (*(scope.entities or ()), *sorted(u for u in named if isinstance(u, EntityUid)))]
    names = [*(uid for uid in ids if EntityUid(kind, uid) in {*(scope.entities or ()), *named}), "somebody"]
    people = [
        Person(name, groups=frozenset(own) | frozenset(some), active=True)
        for name in dict.fromkeys(names)
        for some in _subsets(asked)
    ]
    if "principal.active" in found.boundaries.read:
        people.append(ANYBODY)
    fitting = [
        one
        for one in people
        if scope.holds(EntityUid(kind, one.id), frozenset(EntityUid("Group", group) for group in one.groups))
    ]
    return fitting or people[:1]


def _apps(policy: Policy, kind: str, named: set[EntityUid | str], found: States) -> list[App]:
    scope = policy.resource
    ids = [uid.id for uid in (*(scope.entities or ()), *named) if isinstance(uid, EntityUid) and uid.type == kind]
    read = found.boundaries.read
    labels = [Label(one) for one in found.numbers(ATTRIBUTES["resource.sensitivity"])]
    if "resource.label" in read:
        labels = list(Label)
    elif "resource.sensitivity" not in read:
        labels = [Label.RESTRICTED]
    owners = found.values(ATTRIBUTES["resource.owner"], 0) if "resource.owner" in read else ("",)
    apps = [
        replace(_APP, id=app_id, label=label, owner=owner)
        for app_id in dict.fromkeys([*sorted(ids), _APP.id])
        for label in labels
        for owner in owners
    ]
    fitting = [one for one in apps if scope.holds(EntityUid(kind, one.id), frozenset())]
    if "resource" not in named and fitting:
        return fitting[:1]
    return fitting or apps[:1]


def _requests(policy: Policy, named: set[EntityUid | str], found: States) -> list[Request]:
    actions = [one for one in ACTIONS if policy.action.holds(EntityUid("Action", one), frozenset())] or ["view"]
    methods, routes = (found.values(ATTRIBUTES[path], 0) for path in ("request.method", "request.route"))
    return [
        Request(action, method, route)
        for action in (actions if "action" in named else actions[:1])
        for method in methods
        for route in routes
    ]


def action_of(setting: Scenario) -> Entity:
    return ACTION_ENTITIES[setting.request.action]


def time_of(setting: Scenario) -> Record:
    """`context.time` in this setting."""
    if setting.weekday_and_minute is None:
        return _UTC.at(setting.now)
    return dict(zip(("weekday", "minute"), setting.weekday_and_minute, strict=True))


_UTC: Final = Calendar(UTC)


def _of_type(entity: Entity, kind: str) -> Entity:
    return entity if kind == entity.uid.type else replace(entity, uid=EntityUid(kind, entity.uid.id))


def _subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)
