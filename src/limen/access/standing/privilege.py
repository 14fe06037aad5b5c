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

from limen.access.openings import EVERYTHING, OF_APPS, OF_LIMEN, Looked, Means, Openings
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


def _everything(_person: Person) -> Means:
    return EVERYTHING


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
    return _Search(engine, list(people), since, most_cells, _everything).of(list(apps), is_privileged)


def standing_access(
    engine: Engine,
    people: Iterable[Person],
    apps: Iterable[App],
    *,
    since: Instant,
    most_cells: int = MOST_CELLS,
    means_of: Callable[[Person], Means] = _everything,
) -> StandingPrivilege:
    """The same of all that can be asked of apps, sensitive or not, and of Limen itself all that it has.

    `means_of`: what somebody has to show for themselves, where it is not everything that can be.
    """
    return _Search(engine, list(people), since, most_cells, means_of).of(list(apps), lambda _app, _action: True)


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for what. `is_granted`: they have a grant for it now."""

    person: Person
    app: App
    action: str
    means: Means
    is_granted: bool


class _Search:
    def __init__(
        self,
        engine: Engine,
        people: list[Person],
        since: Instant,
        most_cells: int,
        means_of: Callable[[Person], Means],
    ) -> None:
        self.engine, self.since = engine, since
        self.openings = Openings(engine, since, most_cells)
        self.kinds = self._kinds(people, means_of)
        policies = self.openings.policies
        self.always = self.openings.bits(lambda number: is_always(policies[number]))
        self.reads_person = self.openings.bits(lambda number: _reads_person(policies[number]))
        self.of_kind = [self.openings.of_person(person) for person, *_ in self.kinds]
        self.covered, self.situations = 1.0, 0
        self._solved: dict[tuple[Side, bool, bool, Means, bool], _Solved] = {}

    def of(self, apps: list[App], is_wanted: Callable[[App, str], bool]) -> StandingPrivilege:
        held = tuple(one for app in apps for one in self._of_app(app, is_wanted))
        return StandingPrivilege(held, all(one.is_certain for one in held), self.covered, self.situations)

    def _kinds(
        self, people: list[Person], means_of: Callable[[Person], Means]
    ) -> list[tuple[Person, tuple[str, ...], Means, Means]]:
        """One of each kind, who lacks no factor, with the ids of all and their means with and without their grants;
        nobody signed in is a kind, too.
        """
        named = named_in(self.openings.policies)
        kinds: dict[tuple[object, Means], list[Person]] = {}
        for person in people:
            if person.active and person.id:
                key = kind_of(person, named), means_of(person)
                kinds.setdefault(key, []).append(replace(person, must_enrol_at=0))
        every = (
            (some[0], tuple(one.id for one in some), means, replace(means, grants=EVERYTHING.grants))
            for (_, means), some in kinds.items()
        )
        return [(ANYBODY, ("",), EVERYTHING, EVERYTHING), *every]

    def _of_app(self, app: App, is_wanted: Callable[[App, str], bool]) -> Iterator[Held]:
        of_app = self.openings.of_app(app)
        for action in OF_LIMEN if app.id == LIMEN else OF_APPS:
            if not is_wanted(app, action):
                continue
            speaking = of_app & self.openings.of_action[action]
            alike: dict[object, tuple[tuple[str, ...], bool] | None] = {}
            for (person, ids, means, bare), of_kind in zip(self.kinds, self.of_kind, strict=True):
                relevant = speaking & of_kind
                named = (person.id, person.groups) if relevant & self.reads_person else ()
                is_granted = (app.id, action) in means.grants
                key = (relevant, named, not person.id, person.is_workload, bare, is_granted)
                if key not in alike:
                    alike[key] = self._opened_by(_Asked(person, app, action, bare, is_granted), relevant)
                opened = alike[key]
                if opened is not None:
                    yield Held(ids, app.id, action, *opened)

    def _opened_by(self, asked: _Asked, relevant: int) -> tuple[tuple[str, ...], bool] | None:
        """Which permits open this, and whether that is certain; None where nothing does."""
        if not self._may_open(asked, relevant):
            return None
        found = self._solve(self._side(asked, relevant), asked)
        if not found.opening:
            return None
        person, app, action = asked.person, asked.app, asked.action
        named = self.openings.permits_of(found.opening, relevant, person, app, action, is_granted=asked.is_granted)
        return named or (Named.ONBOARDING,), found.is_certain

    def _may_open(self, asked: _Asked, relevant: int) -> bool:
        """Whether anything permits this at all: of most people and apps nothing does, and that is seen at once."""
        if asked.app.is_onboarding(self.since) and asked.action in ONBOARDED:
            return True
        return bool(self._bodies(asked, relevant & self.openings.permits))

    def _side(self, asked: _Asked, relevant: int) -> Side:
        """What is left of the policies for them; in onboarding, what refuses waits for its end."""
        app = asked.app
        if not app.is_onboarding(self.since) or not asked.person.id or asked.action not in ONBOARDED:
            return self._bodies(asked, relevant)
        always = self._bodies(asked, relevant & self.always)
        return always | onboarded(self._bodies(asked, relevant & ~self.always), app.onboarding_until)

    def _bodies(self, asked: _Asked, relevant: int) -> Side:
        return self.openings.bodies(relevant, asked.person, asked.app, asked.action, is_granted=asked.is_granted)

    def _solve(self, side: Side, asked: _Asked) -> _Solved:
        if not any(body.effect == "permit" for body in side):
            return _NOTHING
        key = (side, not asked.person.id, asked.person.is_workload, asked.means, asked.is_granted)
        solved = self._solved.get(key)
        if solved is None:
            solved = self._solved[key] = self._look(side, asked)
        return solved

    def _look(self, side: Side, asked: _Asked) -> _Solved:
        person = asked.person
        looked = self.openings.look(
            side,
            nobody=not person.id,
            by_token=person.is_workload,
            means=asked.means,
            is_granted=asked.is_granted,
        )
        self.covered = min(self.covered, looked.all_of.covered)
        self.situations += looked.all_of.grid.cells
        if not looked.found:
            return _Solved(looked.opening, is_certain=looked.is_sure)
        is_shown = all(self._is_shown(looked, looked.open_cells[body], asked) for body in looked.found)
        return _Solved(looked.found, is_certain=is_shown)

    def _is_shown(self, looked: Looked, cells: int, asked: _Asked) -> bool:
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
            made = self.openings.situating.in_full(classes, asked.person, asked.app, asked.action)
            if made is None:
                continue
            facts, request, now = made
            grants = facts.grants if asked.is_granted else ()
            if self.engine.decide(request, replace(facts, grants=grants), now).effect is Effect.PERMIT:
                return True
        return False


def _reads_person(policy: Policy) -> bool:
    """Whether its conditions, and not its scope alone, hang on who asks."""
    return any(node == Var("principal") for one in policy.conditions for node in descend(one.body))
