"""Standing privilege, exactly: who may administer, elevate, or reach restricted data without a grant, in any situation.

    found = standing_privilege(engine, people, apps, since=now)
    for one in found.held:
        print(one.people, one.app, one.action, one.policies)
    found.is_exact, found.covered

Every kind of people × app × action is looked at under every class of facts that the policies in force can tell apart
(`openings.py`), and where something opens it, the engine itself decides one of these situations. Doubt counts as yes
(`is_certain` false).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.access.openings import OF_APPS, OF_LIMEN, Looked, Openings
from limen.cedar import Policy
from limen.cedar.tree import Var, descend
from limen.clock import Instant
from limen.facts import ANYBODY, LIMEN, App, Label, Person
from limen.policy import Engine
from limen.policy.access_diff.partial_evaluation import Body, Side, onboarded
from limen.policy.access_diff.person_classes import kind_of, named_in
from limen.policy.annotations import is_always
from limen.policy.decision import Effect, Named
from limen.policy.engine import ONBOARDED

MOST_CELLS: Final = 1 << 17
"""How many situations of one kind of person, app and action are looked at; where there are more, doubt counts."""
PRIVILEGED: Final = ("administer", "elevate")
"""What is privileged on an app of any label."""
_WITNESSES: Final = 32


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
        self.engine, self.since = engine, since
        self.openings = Openings(engine, since, most_cells)
        self.kinds = self._kinds(people)
        policies = self.openings.policies
        self.always = self.openings.bits(lambda number: is_always(policies[number]))
        self.reads_person = self.openings.bits(lambda number: _reads_person(policies[number]))
        self.of_kind = [self.openings.of_person(person) for person, _ in self.kinds]
        self.covered, self.situations = 1.0, 0
        self._solved: dict[tuple[Side, bool, bool], _Solved] = {}

    def of(self, apps: list[App], is_wanted: Callable[[App, str], bool]) -> StandingPrivilege:
        held = tuple(one for app in apps for one in self._of_app(app, is_wanted))
        return StandingPrivilege(held, all(one.is_certain for one in held), self.covered, self.situations)

    def _kinds(self, people: list[Person]) -> list[tuple[Person, tuple[str, ...]]]:
        """One of each kind, who lacks no factor, with the ids of all; nobody signed in is a kind, too."""
        named = named_in(self.openings.policies)
        kinds: dict[object, list[Person]] = {}
        for person in people:
            if person.active and person.id:
                kinds.setdefault(kind_of(person, named), []).append(replace(person, must_enrol_at=0))
        return [(ANYBODY, ("",)), *((some[0], tuple(one.id for one in some)) for some in kinds.values())]

    def _of_app(self, app: App, is_wanted: Callable[[App, str], bool]) -> Iterator[Held]:
        of_app = self.openings.of_app(app)
        for action in OF_LIMEN if app.id == LIMEN else OF_APPS:
            if not is_wanted(app, action):
                continue
            speaking = of_app & self.openings.of_action[action]
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
        if not found.opening:
            return None
        named = self.openings.permits_of(found.opening, relevant, person, app, action)
        return named or (Named.ONBOARDING,), found.is_certain

    def _may_open(self, relevant: int, person: Person, app: App, action: str) -> bool:
        """Whether anything permits this at all: of most people and apps nothing does, and that is seen at once."""
        if app.is_onboarding(self.since) and action in ONBOARDED:
            return True
        return bool(self.openings.bodies(relevant & self.openings.permits, person, app, action))

    def _side(self, relevant: int, person: Person, app: App, action: str) -> Side:
        """What is left of the policies for somebody without a grant; in onboarding, what refuses waits for its end."""
        if not app.is_onboarding(self.since) or not person.id or action not in ONBOARDED:
            return self.openings.bodies(relevant, person, app, action)
        always = self.openings.bodies(relevant & self.always, person, app, action)
        return always | onboarded(
            self.openings.bodies(relevant & ~self.always, person, app, action), app.onboarding_until
        )

    def _solve(self, side: Side, person: Person, app: App, action: str) -> _Solved:
        if not any(body.effect == "permit" for body in side):
            return _NOTHING
        key = (side, not person.id, person.is_workload)
        solved = self._solved.get(key)
        if solved is None:
            solved = self._solved[key] = self._look(side, person, app, action)
        return solved

    def _look(self, side: Side, person: Person, app: App, action: str) -> _Solved:
        looked = self.openings.look(side, nobody=not person.id, by_token=person.is_workload)
        self.covered = min(self.covered, looked.all_of.covered)
        self.situations += looked.all_of.grid.cells
        if not looked.found:
            return _Solved(looked.opening, is_certain=looked.is_sure)
        is_shown = all(self._is_shown(looked, looked.open_cells[body], person, app, action) for body in looked.found)
        return _Solved(looked.found, is_certain=is_shown)

    def _is_shown(self, looked: Looked, cells: int, person: Person, app: App, action: str) -> bool:
        """Whether the engine itself permits it in one of these situations, written out in full."""
        all_of = looked.all_of
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
            made = self.openings.situating.in_full(classes, person, app, action)
            if made is None:
                continue
            facts, request, now = made
            if self.engine.decide(request, replace(facts, grants=()), now).effect is Effect.PERMIT:
                return True
        return False


def _reads_person(policy: Policy) -> bool:
    """Whether its conditions, and not its scope alone, hang on who asks."""
    return any(node == Var("principal") for one in policy.conditions for node in descend(one.body))
