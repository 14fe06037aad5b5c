"""Who could be let in to what, in any situation, without a grant; and by which of their groups, or which policy.

Every situation that the policies in force can tell apart is looked at (`openings.py`). Alike people are looked at once.
Onboarding is left out: what it opens ends by itself within a fortnight.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Final

from limen.access.openings import OF_APPS, OF_LIMEN, Openings
from limen.access.reviews.model import Held, Way
from limen.cedar import EntityUid
from limen.clock import Instant
from limen.facts import LIMEN, App, Person
from limen.policy import Engine
from limen.policy.access_diff.partial_evaluation import Body, Side
from limen.policy.access_diff.person_classes import kind_of, named_in

MOST_CELLS: Final = 1 << 15

Opened = Mapping[str, tuple[str, ...]]
"""What somebody can do with an app, each action with the ids of the policies that permit it."""


class Reach:
    """What the policies of one engine open. Pure, and the same for the same engine; made for one review."""

    def __init__(self, engine: Engine, now: Instant) -> None:
        self._openings = Openings(engine, now, MOST_CELLS)
        self._named = named_in(self._openings.policies)
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
        openings = self._openings
        of_person = self._people.get(kind)
        if of_person is None:
            of_person = self._people[kind] = openings.of_person(person)
        of_app = self._apps.get(app.id)
        if of_app is None:
            of_app = self._apps[app.id] = openings.of_app(app)
        found: dict[str, tuple[str, ...]] = {}
        for action in OF_LIMEN if app.id == LIMEN else OF_APPS:
            relevant = of_person & of_app & openings.of_action[action]
            opening = self._opening(openings.bodies(relevant, person, app, action), person)
            if opening:
                found[action] = openings.permits_of(opening, relevant, person, app, action)
        return found

    def _opening(self, side: Side, person: Person) -> frozenset[Body]:
        """Which of the bodies permit something in a situation that can be."""
        if not any(body.effect == "permit" for body in side):
            return frozenset()
        key = (side, person.is_workload)
        found = self._solved.get(key)
        if found is None:
            looked = self._openings.look(side, nobody=False, by_token=person.is_workload)
            found = self._solved[key] = looked.opening
        return found
