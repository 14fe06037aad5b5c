"""Newly reachable, exactly: who gains and who loses what when one set of policies takes the place of another.

    found = newly_reachable(before, after, people, apps, since=now)
    for one in found.differences:
        print(one.gains, one.people, one.apps, one.actions, one.conditions)
    found.is_exhaustive, found.covered

`before` and `after` are engines; `people` are all persons and workloads (only the active ones can reach
anything; nobody signed in is looked at as well and is called ""); `apps` are the apps as `after` sees them, and
`apps_before` as `before` did, where labels or owners changed or an app is new. `since` is now: what could differ only
in the past does not count.

Every person × app × action is looked at under every class of facts that the two sets of policies can tell apart; alike
people, apps and policies are looked at once. `is_exhaustive` says whether that was all there is: it is false where a
policy compares facts in a way whose changes can't be told from its text, or where there were too many situations; then
`covered` says which share of them was looked at, always the same ones. `describe` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen.cedar import Entity, EntityUid, Policy
from limen.cedar.tree import Expression, Literal
from limen.clock import Instant
from limen.facts import ACTIONS, ANYBODY, App, Facts, Person, Upstream
from limen.policy.access_diff.partial_evaluation import Body, Folding, Side, onboarded
from limen.policy.access_diff.person_classes import kind_of, named_in
from limen.policy.annotations import State, is_always
from limen.policy.cedar_view import ACTION_ENTITIES, Calendar, view_of
from limen.policy.decision import Effect, Request
from limen.policy.engine import ONBOARDED, Engine
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.classes import Class, value_of
from limen.policy.scenarios.examples import Raw
from limen.policy.scenarios.grid import Cube, conjunction, cover
from limen.policy.scenarios.partition import partition
from limen.policy.scenarios.situations import SituationBuilder, Situations

MOST_CELLS: Final = 1 << 17
"""How many situations of one kind of person, app and action are looked at; of more, a fixed choice."""
MOST_IN_ALL: Final = 1 << 20
"""How many are looked at in all, before each kind has to do with `FEW_CELLS`."""
FEW_CELLS: Final = 1 << 11
MOST_CUBES: Final = 48
"""How many descriptions one difference may take; what is left after them is told as one, without its conditions."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact, and the classes of it in which something differs."""

    axis: str
    classes: tuple[Class, ...]

    def holds(self, value: Raw) -> bool:
        return any(one.holds(value) for one in self.classes)


@dataclass(frozen=True, slots=True)
class Witness:
    """One request that the two engines answer differently."""

    request: Request
    facts: Facts
    now: Instant


@dataclass(frozen=True, slots=True)
class Difference:
    """These people gain (or lose) these actions on these apps, where all conditions hold.

    A gain is told where the new policies permit, a loss where the old ones did: within the conditions nothing is
    permitted both before and after. `is_whole`: the access is new altogether, or gone altogether. `is_partial`: it
    differs only somewhere within the conditions, which would take too many words.
    """

    gains: bool
    people: tuple[str, ...]
    apps: tuple[str, ...]
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...]
    witness: Witness
    is_whole: bool = False
    is_partial: bool = False

    def covers(self, facts: Facts, request: Request, now: Instant, calendar: Calendar) -> bool:
        """Is this request of this person, under these facts, among those the difference speaks of?"""
        return (
            facts.person.id in self.people
            and facts.app.id in self.apps
            and request.action in self.actions
            and all(one.holds(value_of(one.axis, facts, request, now, calendar)) for one in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything that differs. `situations` is how many kinds of them were looked at."""

    differences: tuple[Difference, ...]
    is_exhaustive: bool
    covered: float
    situations: int


def newly_reachable(
    before: Engine,
    after: Engine,
    people: Iterable[Person],
    apps: Iterable[App],
    *,
    since: Instant,
    apps_before: Iterable[App] | None = None,
    most_cells: int = MOST_CELLS,
) -> Reach:
    """See the module. Pure, and the same for the same arguments."""
    new_apps = {app.id: app for app in apps}
    old_apps = new_apps if apps_before is None else {app.id: app for app in apps_before}
    return _Comparing(before, after, list(people), old_apps, new_apps, since, most_cells).compare()


@dataclass(frozen=True, slots=True)
class Move:
    """Requests to an app (its id) that were the action `was` and are `now`, because its rules changed."""

    app: str
    was: str
    now: str


def reach_of_moves(
    before: Engine,
    after: Engine,
    people: Iterable[Person],
    apps: Iterable[App],
    moves: Iterable[Move],
    *,
    since: Instant,
    apps_before: Iterable[App],
    most_cells: int = MOST_CELLS,
) -> dict[Move, Reach]:
    """Who gains and who loses requests that become another action: the old action before against the new one after.

    The actions of a difference are the new one. The arguments are those of `newly_reachable`; both have each app.
    """
    new_apps, old_apps = ({app.id: app for app in some} for some in (apps, apps_before))
    everybody, found = list(people), {}
    for move in dict.fromkeys(moves):
        comparing = _Comparing(before, after, everybody, old_apps, new_apps, since, most_cells)
        differences = comparing.moved(move)
        is_exhaustive = comparing.is_exhaustive and comparing.covered == 1
        found[move] = Reach(differences, is_exhaustive, comparing.covered, comparing.situations)
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """One cube of situations that differ. `cells` are those of the cube that really do."""

    gains: bool
    conditions: tuple[Condition, ...]
    examples: tuple[Mapping[str, tuple[Class, ...]], ...]
    is_whole: bool
    is_partial: bool


_NO_APP: Final = App("", "", "", Upstream(""))


class _Comparing:
    def __init__(
        self,
        before: Engine,
        after: Engine,
        people: list[Person],
        old_apps: Mapping[str, App],
        new_apps: Mapping[str, App],
        since: Instant,
        most_cells: int,
    ) -> None:
        self.before, self.after = before, after
        self.old_apps, self.new_apps = old_apps, new_apps
        self.since = since
        self.most_cells = most_cells
        self.situating = SituationBuilder(since, after.calendar)
        self.policies, self.old, self.new = _side_by_side(before, after)
        self.always = _always_of(self.policies)
        self.people = _alike(people, self.policies, _asking(before) | _asking(after))
        self.folding = Folding(self.policies)
        self.is_exhaustive = str(before.zone) == str(after.zone)
        self.covered, self.situations = 1.0, 0
        self._solved: dict[tuple[Side, Side, bool, bool], tuple[_Found, ...]] = {}

    def moved(self, move: Move) -> tuple[Difference, ...]:
        """What differs for requests to one app that were one action and are another now."""
        old_app, new_app = self.old_apps[move.app], self.new_apps[move.app]
        merged: dict[object, tuple[_Found, list[int]]] = {}
        of_app = self._speaking("resource", Entity(EntityUid("App", move.app)))
        for number, (person, _) in enumerate(self.people):
            of_person = of_app & self._speaking("principal", view_of(Facts(_NO_APP, person)).principal)
            sides = []
            for engine, action, app, policies in (
                (self.before, move.was, old_app, self.old),
                (self.after, move.now, new_app, self.new),
            ):
                of_action = self._speaking("action", ACTION_ENTITIES[action])
                sides.append(self._side(engine, of_person & of_action & policies, person, app, action))
            old, new = sides
            if old != new and (_may_permit(old) or _may_permit(new)):
                for one in self._solve(old, new, person):
                    key = (one.gains, one.conditions, one.is_whole, one.is_partial)
                    merged.setdefault(key, (one, []))[1].append(number)
        found = [self._difference(one, tuple(some), (move.app,), (move.now,), move) for one, some in merged.values()]
        shown = tuple(one for one in found if one is not None)
        self.is_exhaustive = self.is_exhaustive and len(shown) == len(found)
        return shown

    def compare(self) -> Reach:
        merged: dict[tuple[object, str], dict[str, list[int]]] = {}
        found: dict[object, _Found] = {}  # kinds that are told alike may still need different requests to show it
        for number, app_id, action, solved in self._each():
            for one in solved:
                key: object = (one.gains, one.conditions, one.is_whole, one.is_partial)
                found[key, app_id, action, number] = one
                merged.setdefault((key, app_id), {}).setdefault(action, []).append(number)
        together: dict[tuple[object, tuple[str, ...], tuple[int, ...]], list[str]] = {}
        for (key, app_id), by_action in merged.items():
            for numbers in dict.fromkeys(tuple(some) for some in by_action.values()):
                actions = tuple(action for action, some in by_action.items() if tuple(some) == numbers)
                together.setdefault((key, actions, numbers), []).append(app_id)
        differences = [
            self._difference(found[known, app_ids[0], actions[0], numbers[0]], numbers, tuple(app_ids), actions)
            for (known, actions, numbers), app_ids in together.items()
        ]
        shown = tuple(one for one in differences if one is not None)
        is_exhaustive = self.is_exhaustive and len(shown) == len(differences) and self.covered == 1
        return Reach(shown, is_exhaustive, self.covered, self.situations)

    def _each(self) -> Iterator[tuple[int, str, str, tuple[_Found, ...]]]:
        """Every kind of person, app and action for which anything differs."""
        of_person = [self._speaking("principal", view_of(Facts(_NO_APP, one[0])).principal) for one in self.people]
        of_action = {action: self._speaking("action", ACTION_ENTITIES[action]) for action in ACTIONS}
        changed = self.old ^ self.new
        for app_id in dict.fromkeys([*self.old_apps, *self.new_apps]):
            old_app, new_app = self.old_apps.get(app_id), self.new_apps.get(app_id)
            is_same = (
                old_app is not None
                and new_app is not None
                and _seen_of(old_app) == _seen_of(new_app)
                and self._ends(old_app) == self._ends(new_app)
                and self.before.access == self.after.access
            )
            of_app = self._speaking("resource", Entity(EntityUid("App", app_id)))
            for action in ACTIONS:
                speaking = of_app & of_action[action]
                if is_same and not speaking & changed:
                    continue
                for number, (person, _) in enumerate(self.people):
                    relevant = speaking & of_person[number]
                    if is_same and not relevant & changed:
                        continue
                    old = self._side(self.before, relevant & self.old, person, old_app, action)
                    new = self._side(self.after, relevant & self.new, person, new_app, action)
                    if old != new and (_may_permit(old) or _may_permit(new)):
                        yield number, app_id, action, self._solve(old, new, person)

    def _side(self, engine: Engine, relevant: int, person: Person, app: App | None, action: str) -> Side:
        """What is left of these policies for somebody who could have a grant only where they may ask for one; while an
        app is in onboarding, those that refuse wait for its end.
        """
        may = app is None or engine.access is None or engine.access.may_ask(person, app, action)

        def bodies(some: int) -> Side:
            return self.folding.bodies(some, person, app, action, may_be_granted=may)

        ends = self._ends(app)
        if not ends or not person.id or action not in ONBOARDED:
            return bodies(relevant)
        return bodies(relevant & self.always) | onboarded(bodies(relevant & ~self.always), ends)

    def _ends(self, app: App | None) -> Instant:
        """When the app's onboarding ends, where that is still to come; else 0."""
        return app.onboarding_until if app is not None and app.is_onboarding(self.since) else 0

    def _speaking(self, line: str, entity: Entity) -> int:
        """Which policies' scope line this entity satisfies, as bits."""
        found = 0
        for number, policy in enumerate(self.policies):
            if getattr(policy, line).holds(entity.uid, entity.ancestors):
                found |= 1 << number
        return found

    def _solve(self, old: Side, new: Side, person: Person) -> tuple[_Found, ...]:
        key = (old, new, not person.id, person.is_workload)
        solved = self._solved.get(key)
        if solved is None:
            solved = self._solved[key] = tuple(self._look(old, new, person))
        return solved

    def _look(self, old: Side, new: Side, person: Person) -> Iterator[_Found]:
        told = partition(_atoms([*old, *new]), self.since)
        self.is_exhaustive = self.is_exhaustive and told.is_exact
        most = self.most_cells if self.situations < MOST_IN_ALL else min(self.most_cells, FEW_CELLS)
        nobody, by_token = not person.id, person.is_workload
        focus = _atoms([*(old ^ new)])
        all_of = self.situating.situations(told, focus, nobody=nobody, by_token=by_token, most_cells=most)
        self.covered = min(self.covered, all_of.covered)
        self.situations += all_of.grid.cells
        was, will = (_permitted(some, all_of) & all_of.possible for some in (old, new))
        impossible = all_of.grid.everything & ~all_of.possible
        for gains, wanted, other, here in ((True, will & ~was, was, will), (False, was & ~will, will, was)):
            if wanted:
                aside = impossible if gains and not other else impossible | ~here & all_of.grid.everything
                yield from _described(all_of, wanted, wanted | aside, gains=gains, is_whole=not other)

    def _difference(
        self,
        found: _Found,
        numbers: tuple[int, ...],
        app_ids: tuple[str, ...],
        actions: tuple[str, ...],
        move: Move | None = None,
    ) -> Difference | None:
        """The difference with a request that shows it; None where none could be made up, so it is not told as true."""
        person = self.people[numbers[0]][0]
        app_id, action = app_ids[0], actions[0]
        old_app, new_app = self.old_apps.get(app_id), self.new_apps.get(app_id)
        app = new_app or old_app
        assert app is not None  # noqa: S101 -- it is in one of the two
        ids = tuple(one for number in numbers for one in self.people[number][1])
        for classes in found.examples:
            made = self.situating.in_full(classes, person, app, action)
            if made is None:
                continue
            facts, request, now = made
            asked = replace(request, action=move.was) if move is not None else request
            was = old_app is not None and _permits(self.before, asked, replace(facts, app=old_app), now)
            will = new_app is not None and _permits(self.after, request, replace(facts, app=new_app), now)
            if was is not will and will is found.gains:
                witness = Witness(request, facts, now)
                return Difference(
                    found.gains, ids, app_ids, actions, found.conditions, witness, found.is_whole, found.is_partial
                )
        return None


def _permits(engine: Engine, request: Request, facts: Facts, now: Instant) -> bool:
    """Whether it permits this, to whoever could have a grant only where they may ask for one."""
    had = facts if engine.may_ask_for_grant(request, facts) else replace(facts, grants=())
    return engine.decide(request, had, now).effect is Effect.PERMIT


def _side_by_side(before: Engine, after: Engine) -> tuple[tuple[Policy, ...], int, int]:
    """Each policy that is enforced on either side, once, and as bits which of them are on which side."""
    numbers: dict[object, int] = {}
    policies: list[Policy] = []
    sides = []
    for engine in (before, after):
        bits = 0
        for policy in engine.in_state(State.ENFORCE):
            scope = (policy.effect, policy.principal, policy.action, policy.resource)
            content = (*scope, policy.conditions, is_always(policy))
            if content not in numbers:
                numbers[content] = len(policies)
                policies.append(policy)
            bits |= 1 << numbers[content]
        sides.append(bits)
    return tuple(policies), sides[0], sides[1]


def _always_of(policies: Iterable[Policy]) -> int:
    """Which of them refuse in onboarding as well, as bits."""
    return sum(1 << number for number, one in enumerate(policies) if one.effect == "forbid" and is_always(one))


def _asking(engine: Engine) -> frozenset[EntityUid]:
    """The groups that may ask for grants."""
    rules = engine.access.rules if engine.access is not None else ()
    return frozenset(EntityUid("Group", group) for rule in rules for group in rule.ask)


def _alike(
    people: list[Person], policies: Iterable[Policy], asking: frozenset[EntityUid]
) -> list[tuple[Person, tuple[str, ...]]]:
    """Kinds of people, each with one of them and the ids of all: those in the same groups whom no policy names.

    Groups that no policy names, and that may ask for no grant, make no difference. The inactive reach nothing. Nobody
    signed in is a kind, too.
    """
    named = named_in(policies) | asking
    kinds: dict[object, list[Person]] = {}
    for person in people:
        if person.active and person.id:
            kinds.setdefault(kind_of(person, named), []).append(person)
    return [(ANYBODY, ("",)), *((some[0], tuple(one.id for one in some)) for some in kinds.values())]


def _seen_of(app: App) -> object:
    """What policies can see of an app."""
    return (app.id, app.sensitivity, app.owner)


def _may_permit(side: Side) -> bool:
    return any(body.effect == "permit" for body in side)


def _atoms(bodies: Iterable[Body]) -> list[Expression]:
    """The atoms, always in the same order, so that the same choice is made where there is too much."""
    found = {
        atom
        for body in bodies
        for condition in body.conditions
        for atom in atoms(condition)
        if not (isinstance(atom, Literal) and isinstance(atom.value, bool))
    }
    return sorted(found, key=repr)


def _permitted(side: Side, all_of: Situations) -> int:
    """The cells in which one of them permits, none forbids, and none can't be evaluated."""
    permits = refuses = 0
    for body in side:
        holds, errs = conjunction(body.conditions, all_of.atoms, all_of.grid.everything)
        refuses |= errs
        if body.effect == "permit":
            permits |= holds
        else:
            refuses |= holds
    return permits & ~refuses


def _described(all_of: Situations, wanted: int, allowed: int, *, gains: bool, is_whole: bool) -> Iterator[_Found]:
    left = wanted
    for cube in cover(all_of.grid, wanted, allowed, MOST_CUBES):
        inside = all_of.grid.inside(cube)
        yield _Found(
            gains, _conditions(all_of, cube), _examples(all_of, inside & wanted), is_whole=is_whole, is_partial=False
        )
        left &= ~inside
    if left:
        yield _Found(gains, (), _examples(all_of, left), is_whole=False, is_partial=True)


def _conditions(all_of: Situations, cube: Cube) -> tuple[Condition, ...]:
    return tuple(
        Condition(axis, tuple(one for number in sorted(chosen) for one in classes[number]))
        for axis, classes, chosen in zip(all_of.axes, all_of.classes, cube, strict=True)
        if len(chosen) < len(classes)
    )


_EXAMPLES: Final = 32


def _examples(all_of: Situations, cells: int) -> tuple[Mapping[str, tuple[Class, ...]], ...]:
    """Some of the cells, as classes of facts."""
    found: list[Mapping[str, tuple[Class, ...]]] = []
    while cells and len(found) < _EXAMPLES:
        lowest = cells & -cells
        numbers = all_of.grid.cell(lowest.bit_length() - 1)
        found.append(
            {
                axis: all_of.classes[place][number]
                for place, (axis, number) in enumerate(zip(all_of.axes, numbers, strict=True))
            }
        )
        cells ^= lowest
    return tuple(found)
