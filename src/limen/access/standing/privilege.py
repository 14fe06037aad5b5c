"""Standing privilege, exactly: who may administer, elevate, or reach restricted data without a grant, in any situation.

    found = standing_privilege(engine, people, apps, since=now)
    for one in found.held:
        print(one.people, one.app, one.action, one.policies)
    found.is_exact, found.covered

Every kind of people × app × action is looked at under every class of facts that the policies in force can tell apart,
with no grant among them: the strongest proof, the healthiest device, any place, any time. What is asked for is whether
any of these situations is permitted, so nobody is missing because it is Sunday. Where a policy compares facts in a way
whose changes can't be told from its text, or there are too many situations, doubt counts as yes (`is_certain` false).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.cedar import Entity, EntityUid, Policy
from limen.cedar.tree import Expression, Literal, Var, descend
from limen.clock import Instant
from limen.facts import ACTIONS, ANYBODY, LIMEN, App, Facts, Label, Person, Upstream
from limen.policy import Engine, State
from limen.policy.access_diff.partial_evaluation import Body, Folding, Side, onboarded
from limen.policy.access_diff.person_classes import kind_of, named_in
from limen.policy.annotations import is_always
from limen.policy.cedar_view import ACTION_ENTITIES, view_of
from limen.policy.decision import Effect, Named
from limen.policy.engine import ONBOARDED
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.grid import conjunction
from limen.policy.scenarios.partition import partition
from limen.policy.scenarios.situations import SituationBuilder, Situations

MOST_CELLS: Final = 1 << 17
"""How many situations of one kind of person, app and action are looked at; where there are more, doubt counts."""
PRIVILEGED: Final = ("administer", "elevate")
"""What is privileged on an app of any label."""
OF_APPS: Final = ACTIONS[:7]
"""What can be asked of an app."""
OF_LIMEN: Final = ("administer", "audit", "support")
"""What is privileged on Limen itself."""
_WITNESSES: Final = 32
_NO_GRANT: Final = frozenset({"grant"})
_NO_APP: Final = App("", "", "", Upstream(""))


@dataclass(frozen=True, slots=True)
class Held:
    """These people (ids; "" is anybody) may do this to this app without a grant, because of these permits.

    `policies` are ids of permits; `Named.ONBOARDING` stands for an app's onboarding. `is_certain`: a situation was
    found and decided; otherwise it could only not be ruled out.
    """

    people: tuple[str, ...]
    app: str
    action: str
    policies: tuple[str, ...]
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class StandingPrivilege:
    """Everything that is held. `is_exact`: nothing of it is a doubt. `situations` is how many were looked at,
    `covered` the least share of them that was, over all kinds.
    """

    held: tuple[Held, ...]
    is_exact: bool
    covered: float
    situations: int


def standing_privilege(
    engine: Engine, people: Iterable[Person], apps: Iterable[App], *, since: Instant, most_cells: int = MOST_CELLS
) -> StandingPrivilege:
    """See the module. `since` is now. Pure, and the same for the same arguments."""
    return _Search(engine, list(people), since, most_cells).of(list(apps), is_privileged)


def standing_access(
    engine: Engine, people: Iterable[Person], apps: Iterable[App], *, since: Instant, most_cells: int = MOST_CELLS
) -> StandingPrivilege:
    """The same of all that can be asked of apps, sensitive or not, and of Limen itself all that it has."""
    return _Search(engine, list(people), since, most_cells).of(list(apps), lambda _app, _action: True)


def is_privileged(app: App, action: str) -> bool:
    """Whether nobody should be able to do this all day."""
    if app.id == LIMEN:
        return action in OF_LIMEN
    return action in OF_APPS and (app.label >= Label.RESTRICTED or action in PRIVILEGED)


@dataclass(frozen=True, slots=True)
class _Solved:
    """Which of the bodies that permit are what opens it, and whether that is certain."""

    opening: frozenset[Body]
    is_certain: bool = True


_NOTHING: Final = _Solved(frozenset())


class _Search:
    def __init__(self, engine: Engine, people: list[Person], since: Instant, most_cells: int) -> None:
        self.engine, self.since, self.most_cells = engine, since, most_cells
        self.policies = engine.in_state(State.ENFORCE)
        self.folding = Folding(self.policies)
        self.situating = SituationBuilder(since, engine.calendar)
        self.kinds = self._kinds(people)
        self.always = self._bits(lambda number: is_always(self.policies[number]))
        self.permits = self._bits(lambda number: self.policies[number].effect == "permit")
        self.reads_person = self._bits(lambda number: _reads_person(self.policies[number]))
        self.of_kind = [
            self._speaking("principal", view_of(Facts(_NO_APP, person)).principal) for person, _ in self.kinds
        ]
        self.of_action = {one: self._speaking("action", ACTION_ENTITIES[one]) for one in (*OF_APPS, *OF_LIMEN)}
        self.covered, self.situations = 1.0, 0
        self._solved: dict[tuple[Side, bool, bool], _Solved] = {}

    def of(self, apps: list[App], is_wanted: Callable[[App, str], bool]) -> StandingPrivilege:
        held = tuple(one for app in apps for one in self._of_app(app, is_wanted))
        return StandingPrivilege(held, all(one.is_certain for one in held), self.covered, self.situations)

    def _kinds(self, people: list[Person]) -> list[tuple[Person, tuple[str, ...]]]:
        """One of each kind, who lacks no factor, with the ids of all; nobody signed in is a kind, too."""
        named = named_in(self.policies)
        kinds: dict[object, list[Person]] = {}
        for person in people:
            if person.active and person.id:
                kinds.setdefault(kind_of(person, named), []).append(replace(person, must_enrol_at=0))
        return [(ANYBODY, ("",)), *((some[0], tuple(one.id for one in some)) for some in kinds.values())]

    def _of_app(self, app: App, is_wanted: Callable[[App, str], bool]) -> Iterator[Held]:
        of_app = self._speaking("resource", Entity(EntityUid("App", app.id)))
        for action in OF_LIMEN if app.id == LIMEN else OF_APPS:
            if not is_wanted(app, action):
                continue
            speaking = of_app & self.of_action[action]
            alike: dict[object, tuple[tuple[str, ...], bool] | None] = {}
            for (person, ids), of_kind in zip(self.kinds, self.of_kind, strict=True):
                relevant = speaking & of_kind
                named = (person.id, person.groups) if relevant & self.reads_person else ()
                key = (relevant, named, not person.id, person.is_workload)
                if key not in alike:
                    alike[key] = self._opened_by(relevant, person, app, action)
                opened = alike[key]
                if opened is not None:
                    yield Held(ids, app.id, action, *opened)

    def _opened_by(self, relevant: int, person: Person, app: App, action: str) -> tuple[tuple[str, ...], bool] | None:
        """Which permits open this, and whether that is certain; None where nothing does."""
        if not self._may_open(relevant, person, app, action):
            return None
        found = self._solve(self._side(relevant, person, app, action), person, app, action)
        return (self._named(found, relevant, person, app, action), found.is_certain) if found.opening else None

    def _may_open(self, relevant: int, person: Person, app: App, action: str) -> bool:
        """Whether anything permits this at all: of most people and apps nothing does, and that is seen at once."""
        if app.is_onboarding(self.since) and action in ONBOARDED:
            return True
        return bool(self._bodies(relevant & self.permits, person, app, action))

    def _side(self, relevant: int, person: Person, app: App, action: str) -> Side:
        """What is left of the policies for somebody without a grant; in onboarding, what refuses waits for its end."""
        if not app.is_onboarding(self.since) or not person.id or action not in ONBOARDED:
            return self._bodies(relevant, person, app, action)
        always = self._bodies(relevant & self.always, person, app, action)
        return always | onboarded(self._bodies(relevant & ~self.always, person, app, action), app.onboarding_until)

    def _bodies(self, relevant: int, person: Person, app: App, action: str) -> Side:
        return self.folding.bodies(relevant, person, app, action, may_be_granted=False)

    def _named(self, found: _Solved, relevant: int, person: Person, app: App, action: str) -> tuple[str, ...]:
        """The permits whose bodies these are."""
        named = [
            self.policies[number].id
            for number in range(len(self.policies))
            if (relevant & self.permits) >> number & 1
            and self._bodies(1 << number, person, app, action) & found.opening
        ]
        return tuple(named) or (Named.ONBOARDING,)

    def _speaking(self, line: str, entity: Entity) -> int:
        """Which policies' scope line this entity satisfies, as bits."""
        return self._bits(lambda number: getattr(self.policies[number], line).holds(entity.uid, entity.ancestors))

    def _bits(self, holds: Callable[[int], bool]) -> int:
        return sum(1 << number for number in range(len(self.policies)) if holds(number))

    def _solve(self, side: Side, person: Person, app: App, action: str) -> _Solved:
        if not any(body.effect == "permit" for body in side):
            return _NOTHING
        key = (side, not person.id, person.is_workload)
        solved = self._solved.get(key)
        if solved is None:
            solved = self._solved[key] = self._look(side, person, app, action)
        return solved

    def _look(self, side: Side, person: Person, app: App, action: str) -> _Solved:
        told = partition(_atoms(side), self.since)
        all_of = self.situating.situations(
            told,
            _atoms(side),
            nobody=not person.id,
            by_token=person.is_workload,
            most_cells=self.most_cells,
            without=_NO_GRANT,
        )
        self.covered = min(self.covered, all_of.covered)
        self.situations += all_of.grid.cells
        holding, refused = {}, 0
        for body in side:
            holds, errs = conjunction(body.conditions, all_of.atoms, all_of.grid.everything)
            refused |= errs | (holds if body.effect == "forbid" else 0)
            if body.effect == "permit":
                holding[body] = holds
        open_cells = {body: holds & ~refused & all_of.possible for body, holds in holding.items()}
        opening = frozenset(body for body, cells in open_cells.items() if cells)
        if not opening:
            is_sure = told.is_exact and all_of.covered == 1
            return _NOTHING if is_sure else _Solved(frozenset(holding), is_certain=False)
        is_shown = all(self._is_shown(all_of, open_cells[body], person, app, action) for body in opening)
        return _Solved(opening, is_certain=is_shown)

    def _is_shown(self, all_of: Situations, cells: int, person: Person, app: App, action: str) -> bool:
        """Whether the engine itself permits it in one of these situations, written out in full."""
        for _ in range(_WITNESSES):
            if not cells:
                return False
            lowest = cells & -cells
            cells ^= lowest
            numbers = all_of.grid.cell(lowest.bit_length() - 1)
            classes = {
                axis: all_of.classes[place][number]
                for place, (axis, number) in enumerate(zip(all_of.axes, numbers, strict=True))
            }
            made = self.situating.in_full(classes, person, app, action)
            if made is None:
                continue
            facts, request, now = made
            if self.engine.decide(request, replace(facts, grants=()), now).effect is Effect.PERMIT:
                return True
        return False


def _reads_person(policy: Policy) -> bool:
    """Whether its conditions, and not its scope alone, hang on who asks."""
    return any(node == Var("principal") for one in policy.conditions for node in descend(one.body))


def _atoms(side: Side) -> list[Expression]:
    """The atoms, always in the same order, so that the same choice is made where there is too much."""
    found = {
        atom
        for body in side
        for condition in body.conditions
        for atom in atoms(condition)
        if not (isinstance(atom, Literal) and isinstance(atom.value, bool))
    }
    return sorted(found, key=repr)
