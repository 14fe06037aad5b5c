"""Effective access, exactly: what each person may do with each app in any situation, worked out of the policies.

    found = effective_access(engine, people, apps, since=now)
    for row in found.rows(person, app, ("view", "edit"), grants, now):
        print(row.answer, row.actions, row.whens, row.policies)

It is what newly reachable (`policy/access_diff`) says of going from no policies to these: each situation that they can
tell apart is looked at, and each opening is shown by a request which the engine itself permits. By which permits it
opens, standing privilege says, which looks at the same situations. So there is no second logic of who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from limen.access.effective.doors import door_of
from limen.access.effective.rows import Answer, Row
from limen.access.graph import groups_of
from limen.access.openings import OF_APPS, OF_LIMEN, Means
from limen.access.standing.privilege import StandingPrivilege, standing_access
from limen.clock import Instant
from limen.facts import App, Grant, Person
from limen.policy import Engine
from limen.policy.access_diff.describe import when
from limen.policy.access_diff.diff import Condition, Difference, newly_reachable
from limen.policy.hypothetical import Hypothetical
from limen.policy.matrix import Decide, matrix
from limen.policy.scenarios.classes import value_of

IN_DOUBT: Final = "in situations that could not be worked out"
_GRANT: Final = "grant."
_Cell = tuple[str, str, str]
"""Person, app, action."""


def effective_access(engine: Engine, people: Iterable[Person], apps: Iterable[App], *, since: Instant) -> Effective:
    """Of all these people, and of nobody signed in. `since` is now. Pure."""
    everybody = [ungated(one) for one in people]
    every_app = list(apps)
    nothing = Engine({**engine.tree, "staticPolicies": {}}, engine.revision, engine.zone)
    reach = newly_reachable(nothing, engine.asked_by_anyone(), everybody, every_app, since=since, apps_before=())
    granted = Means(grants=frozenset((app.id, action) for app in every_app for action in (*OF_APPS, *OF_LIMEN)))
    bare = standing_access(engine, everybody, every_app, since=since)
    with_grants = standing_access(engine, everybody, every_app, since=since, means_of=lambda _: granted)
    opened: dict[_Cell, list[Difference]] = {}
    for one in reach.differences:
        for person in one.people:
            for app in one.apps:
                for action in one.actions:
                    opened.setdefault((person, app, action), []).append(one)
    return Effective(
        engine,
        since,
        opened,
        _policies(bare),
        _policies(with_grants),
        matrix(engine, Hypothetical(strength=3), since),
        is_exact=reach.is_exhaustive and bare.is_exact and with_grants.is_exact,
        covered=min(reach.covered, bare.covered, with_grants.covered),
    )


def ungated(person: Person) -> Person:
    """Somebody as they are once nothing but policies stands before them: those rest on none of it."""
    return replace(person, must_enrol_at=0, first_day="", ends_at=0)


@dataclass(frozen=True)
class Effective:
    """What was found. `is_exact`: nothing of it is a doubt; `covered` is the least share of situations looked at."""

    engine: Engine
    since: Instant
    _opened: Mapping[_Cell, list[Difference]]
    _bare: Mapping[_Cell, tuple[str, ...]]
    _with_grants: Mapping[_Cell, tuple[str, ...]]
    _decide: Decide
    is_exact: bool
    covered: float
    _whens: dict[Hashable, str] = field(default_factory=dict)
    _by_grant: dict[int, bool] = field(default_factory=dict)
    _groups: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)

    def rows(
        self,
        person: Person,
        app: App,
        actions: Iterable[str],
        grants: Iterable[Grant] = (),
        last_used: Callable[[str, str, str], Instant] = lambda _person, _app, _action: 0,
    ) -> tuple[Row, ...]:
        """What one person may do with one app: what opens first, and then what does not.

        `grants` are those that they hold; which actions of the app can be asked for at all, `actions` says.
        """
        held = [one for one in grants if one.app == app.id and self.since < one.until]
        asked = list(actions)
        found = [(self._of_action(person, app, action, held), action) for action in asked]
        alike = sorted(found, key=lambda one: _place(one[0]))
        rows = []
        for _, some in groupby(alike, key=lambda one: replace(one[0], actions=(), policies=(), groups=())):
            each = list(some)
            policies = tuple(dict.fromkeys(policy for row, _ in each for policy in row.policies))
            named = tuple(action for _, action in each)
            used = max(last_used(person.id, app.id, action) for action in named)
            groups = self._through(policies, person)
            row = replace(each[0][0], actions=named, policies=policies, groups=groups, last_used=used)
            ends = [at for at in (row.until, person.ends_at) if at]
            rows.append(replace(row, until=min(ends, default=0)) if row.answer.opens else row)
        return tuple(sorted(rows, key=lambda row: (list(Answer).index(row.answer), asked.index(row.actions[0]))))

    def _of_action(self, person: Person, app: App, action: str, held: list[Grant]) -> Row:
        cell, row = (person.id, app.id, action), Row(person.id, app.id, door_of(app), app.label, (), Answer.NEVER)
        by_itself: list[Difference] = []
        by_grant: list[Difference] = []
        for one in self._opened.get(cell, ()):
            (by_grant if self._takes_a_grant(one) else by_itself).append(one)
        grant = max((one for one in held if action in one.actions), key=lambda one: one.until, default=None)
        found = [*by_itself, *by_grant] if grant is not None else by_itself
        if found:
            return self._opening(row, cell, found, grant)
        if by_grant and self._may_ask(person, app, action):
            named = self._with_grants.get(cell, ())
            return replace(
                row, answer=Answer.BY_GRANT, whens=self._said(by_grant), policies=named, openings=tuple(by_grant)
            )
        doubted = self._bare.get(cell, ()) or (self._with_grants.get(cell, ()) if grant is not None else ())
        if doubted and not self._opened.get(cell):
            return replace(row, answer=Answer.IF, whens=(IN_DOUBT,), policies=doubted, is_certain=False)
        return replace(row, why=self._decide(person, app, action).title)

    def _may_ask(self, person: Person, app: App, action: str) -> bool:
        return self.engine.access is None or self.engine.access.may_ask(person, app, action)

    def _opening(self, row: Row, cell: _Cell, found: list[Difference], grant: Grant | None = None) -> Row:
        policies = (self._bare if grant is None else self._with_grants).get(cell, ())
        is_by_grant = grant is not None and all(self._takes_a_grant(one) for one in found)
        whens = self._said(found)
        return replace(
            row,
            answer=Answer.IF if all(whens) else Answer.ALWAYS,
            whens=whens if all(whens) else (),
            policies=policies,
            grant=grant.id if grant is not None else "",
            until=grant.until if grant is not None and is_by_grant else 0,
            openings=tuple(found),
        )

    def _said(self, found: Iterable[Difference]) -> tuple[str, ...]:
        """The conditions beside the grant itself, each alternative once."""
        return tuple(dict.fromkeys(self._when(one) for one in found))

    def _when(self, one: Difference) -> str:
        conditions = tuple(each for each in one.conditions if not each.axis.startswith(_GRANT))
        key: Hashable = (conditions, one.is_partial)
        if key not in self._whens:
            self._whens[key] = IN_DOUBT if one.is_partial else when(conditions, self.engine.zone)
        return self._whens[key]

    def _takes_a_grant(self, one: Difference) -> bool:
        """Whether it opens nothing to whoever has no grant. All openings are kept, so each is known by its `id`."""
        if id(one) not in self._by_grant:
            self._by_grant[id(one)] = not self._opens_without_grant(one)
        return self._by_grant[id(one)]

    def _opens_without_grant(self, one: Difference) -> bool:
        seen = one.witness
        without = replace(seen.facts, grants=())

        def holds(condition: Condition) -> bool:
            return condition.holds(value_of(condition.axis, without, seen.request, seen.now, self.engine.calendar))

        return all(holds(each) for each in one.conditions if each.axis.startswith(_GRANT))

    def _through(self, policies: tuple[str, ...], person: Person) -> tuple[str, ...]:
        if policies not in self._groups:
            named = (groups_of(policy) for policy in self.engine.policies if policy.id in policies)
            self._groups[policies] = frozenset[str]().union(*named)
        return tuple(sorted(self._groups[policies] & person.groups))


def _policies(found: StandingPrivilege) -> dict[_Cell, tuple[str, ...]]:
    return {(person, one.app, one.action): one.policies for one in found.held for person in one.people}


def _place(row: Row) -> tuple[int, tuple[str, ...], str, str]:
    """Rows that differ in nothing but their actions come one after the other, and what opens comes first."""
    return list(Answer).index(row.answer), row.whens, row.grant, row.why
