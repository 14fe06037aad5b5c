"""Who could be let in to what, in any situation, without a grant; and by which of their groups, or which policy.

Every situation that the policies in force can tell apart is looked at: the strongest proof, the healthiest device, any
place, any time. So nobody is missing from a review because it is Sunday. Where a policy compares facts in a way whose
changes can't be told from its text, or there are too many situations, doubt counts as yes. Alike people are looked at
once. Onboarding is left out: what it opens ends by itself within a fortnight.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Final

from limen.access.reviews.model import Held, Way
from limen.cedar import Entity, EntityUid
from limen.cedar.tree import Expression, Literal
from limen.clock import Instant
from limen.facts import ACTIONS, LIMEN, App, Facts, Person, Upstream
from limen.policy import Engine, State
from limen.policy.access_diff.partial_evaluation import Body, Folding, Side
from limen.policy.access_diff.person_classes import kind_of, named_in
from limen.policy.cedar_view import ACTION_ENTITIES, view_of
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.grid import conjunction
from limen.policy.scenarios.partition import partition
from limen.policy.scenarios.situations import SituationBuilder

MOST_CELLS: Final = 1 << 15
OF_APPS: Final = ACTIONS[:7]
"""What can be asked of an app."""
OF_LIMEN: Final = ("administer", "audit", "support")
_NO_GRANT: Final = frozenset({"grant"})
_NOWHERE: Final = App("", "", "", Upstream(""))

Opened = Mapping[str, tuple[str, ...]]
"""What somebody can do with an app, each action with the ids of the policies that permit it."""


class Reach:
    """What the policies of one engine open. Pure, and the same for the same engine; made for one review."""

    def __init__(self, engine: Engine, now: Instant) -> None:
        self._policies = engine.in_state(State.ENFORCE)
        self._folding = Folding(self._policies)
        self._situating = SituationBuilder(now, engine.calendar)
        self._now = now
        self._named = named_in(self._policies)
        self._actions = {one: self._speaking("action", ACTION_ENTITIES[one]) for one in (*OF_APPS, *OF_LIMEN)}
        self._people: dict[Hashable, int] = {}
        self._apps: dict[str, int] = {}
        self._opened: dict[tuple[Hashable, str], Opened] = {}
        self._ways: dict[tuple[Hashable, str], tuple[Held, ...]] = {}
        self._solved: dict[tuple[Side, bool], frozenset[Body]] = {}

    def ways(self, person: Person, app: App) -> tuple[Held, ...]:
        """Each way in which they have access: a group that gives something which they had not without it, or would have
        by it alone; and the policies that give something without any group.
        """
        key = (kind_of(person, self._named), app.id)
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = tuple(self._found(person, app))
        return found

    def opened(self, person: Person, app: App) -> Opened:
        """What they can do with this app in some situation, and which policies permit it."""
        if not person.active or not person.id:
            return {}
        kind = kind_of(person, self._named)
        found = self._opened.get((kind, app.id))
        if found is None:
            found = self._opened[kind, app.id] = self._look(kind, person, app)
        return found

    def _found(self, person: Person, app: App) -> list[Held]:
        whole = self.opened(person, app)
        if not whole:
            return []
        bare = self.opened(replace(person, groups=frozenset()), app)
        held, covered = list[Held](), set(bare)
        for group in sorted(one for one in person.groups if EntityUid("Group", one) in self._named):
            alone = self.opened(replace(person, groups=frozenset({group})), app)
            without = self.opened(replace(person, groups=person.groups - {group}), app)
            given = tuple(one for one in whole if one not in bare and (one in alone or one not in without))
            if given:
                held.append(Held(Way.GROUP, group, given))
                covered.update(given)
        by_policy: dict[str, list[str]] = {}
        for action, policies in whole.items():
            if action in bare or action not in covered:  # what takes several groups in turn is not left out
                for one in policies:
                    by_policy.setdefault(one, []).append(action)
        return [*held, *(Held(Way.POLICY, one, tuple(actions)) for one, actions in sorted(by_policy.items()))]

    def _look(self, kind: Hashable, person: Person, app: App) -> Opened:
        of_person = self._people.get(kind)
        if of_person is None:
            of_person = self._people[kind] = self._speaking("principal", view_of(Facts(_NOWHERE, person)).principal)
        of_app = self._apps.get(app.id)
        if of_app is None:
            of_app = self._apps[app.id] = self._speaking("resource", Entity(EntityUid("App", app.id)))
        found: dict[str, tuple[str, ...]] = {}
        for action in OF_LIMEN if app.id == LIMEN else OF_APPS:
            relevant = of_person & of_app & self._actions[action]
            opening = self._opening(self._bodies(relevant, person, app, action), person)
            if opening:
                found[action] = self._permits(relevant, opening, person, app, action)
        return found

    def _permits(
        self, relevant: int, opening: frozenset[Body], person: Person, app: App, action: str
    ) -> tuple[str, ...]:
        return tuple(
            policy.id
            for number, policy in enumerate(self._policies)
            if policy.effect == "permit"
            and relevant >> number & 1
            and self._bodies(1 << number, person, app, action) & opening
        )

    def _bodies(self, relevant: int, person: Person, app: App, action: str) -> Side:
        return self._folding.bodies(relevant, person, app, action, may_be_granted=False)

    def _speaking(self, line: str, entity: Entity) -> int:
        """Which policies' scope line this entity satisfies, as bits."""
        return sum(
            1 << number
            for number, policy in enumerate(self._policies)
            if getattr(policy, line).holds(entity.uid, entity.ancestors)
        )

    def _opening(self, side: Side, person: Person) -> frozenset[Body]:
        """Which of the bodies permit something in a situation that can be."""
        if not any(body.effect == "permit" for body in side):
            return frozenset()
        key = (side, person.is_workload)
        found = self._solved.get(key)
        if found is None:
            found = self._solved[key] = self._solve(side, by_token=person.is_workload)
        return found

    def _solve(self, side: Side, *, by_token: bool) -> frozenset[Body]:
        every = _atoms(side)
        told = partition(every, self._now)
        all_of = self._situating.situations(
            told, every, nobody=False, by_token=by_token, most_cells=MOST_CELLS, without=_NO_GRANT
        )
        holding, refused = dict[Body, int](), 0
        for body in side:
            holds, errs = conjunction(body.conditions, all_of.atoms, all_of.grid.everything)
            refused |= errs | (holds if body.effect == "forbid" else 0)
            if body.effect == "permit":
                holding[body] = holds
        opening = frozenset(body for body, cells in holding.items() if cells & ~refused & all_of.possible)
        is_sure = told.is_exact and all_of.covered == 1
        return opening if opening or is_sure else frozenset(holding)


def _atoms(side: Side) -> list[Expression]:
    """What the bodies ask of the context, always in the same order."""
    found = {
        atom
        for body in side
        for condition in body.conditions
        for atom in atoms(condition)
        if not (isinstance(atom, Literal) and isinstance(atom.value, bool))
    }
    return sorted(found, key=repr)
