"""What policies open without a grant, in any situation that they can tell apart: for reviews, and standing privilege.

Every class of facts is looked at: the strongest proof, the healthiest device, any place, any time. So nobody is missing
because it is Sunday. Where a policy compares facts in a way whose changes can't be told from its text, or there are too
many situations, doubt counts as yes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.cedar import Entity, EntityUid
from limen.cedar.tree import Expression, Literal
from limen.clock import Instant
from limen.facts import ACTIONS, App, Facts, Person, Upstream
from limen.policy import Engine, State
from limen.policy.access_diff.partial_evaluation import Body, Folding, Side
from limen.policy.cedar_view import ACTION_ENTITIES, view_of
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.grid import conjunction
from limen.policy.scenarios.partition import partition
from limen.policy.scenarios.situations import Alternative, SituationBuilder, Situations

OF_APPS: Final = ACTIONS[:7]
"""What can be asked of an app."""
OF_LIMEN: Final = ("administer", "audit", "support")
"""What is privileged on Limen itself."""
_NO_GRANT: Final = frozenset({"grant"})
_NO_APP: Final = App("", "", "", Upstream(""))


@dataclass(frozen=True, slots=True)
class Means:
    """What somebody has to show for themselves, where that is not everything that can be.

    `without`: nouns of which there is nothing, as `device`. `one_of`: facts as one of these says, where it says
    anything; () is any. `grants`: the apps and actions that they have a grant for now.
    """

    without: frozenset[str] = frozenset()
    one_of: frozenset[Alternative] = frozenset()
    grants: frozenset[tuple[str, str]] = frozenset()


EVERYTHING: Final = Means()
"""The strongest proof, the healthiest device; no grant."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The situations that were looked at, and in which of them (as bits) each permit opens it. `is_sure`: these are all
    that there can be.
    """

    all_of: Situations
    open_cells: Mapping[Body, int]
    is_sure: bool

    @property
    def found(self) -> frozenset[Body]:
        """The permits that open it in a situation that was found."""
        return frozenset(body for body, cells in self.open_cells.items() if cells)

    @property
    def opening(self) -> frozenset[Body]:
        """The same; and every permit where none was found, and that is not sure."""
        return self.found or (frozenset() if self.is_sure else frozenset(self.open_cells))


class Openings:
    """Of one engine, its enforced policies. Sets of policies are bits, in the order of `policies`."""

    def __init__(self, engine: Engine, since: Instant, most_cells: int) -> None:
        self.policies = engine.in_state(State.ENFORCE)
        self.situating = SituationBuilder(since, engine.calendar)
        self.permits = self.bits(lambda number: self.policies[number].effect == "permit")
        self.of_action = {one: self._speaking("action", ACTION_ENTITIES[one]) for one in (*OF_APPS, *OF_LIMEN)}
        self._folding = Folding(self.policies)
        self._since = since
        self._most_cells = most_cells

    def bits(self, holds: Callable[[int], bool]) -> int:
        """The policies of whose number this holds."""
        return sum(1 << number for number in range(len(self.policies)) if holds(number))

    def of_person(self, person: Person) -> int:
        """Which policies' scope has this person."""
        return self._speaking("principal", view_of(Facts(_NO_APP, person)).principal)

    def of_app(self, app: App) -> int:
        return self._speaking("resource", Entity(EntityUid("App", app.id)))

    def bodies(self, relevant: int, person: Person, app: App, action: str, *, is_granted: bool = False) -> Side:
        """What is left of these policies for somebody without a grant, or with one for this."""
        return self._folding.bodies(relevant, person, app, action, may_be_granted=is_granted)

    def permits_of(
        self,
        opening: frozenset[Body],
        relevant: int,
        person: Person,
        app: App,
        action: str,
        *,
        is_granted: bool = False,
    ) -> tuple[str, ...]:
        """The ids of the permits whose bodies these are."""
        return tuple(
            policy.id
            for number, policy in enumerate(self.policies)
            if (relevant & self.permits) >> number & 1
            and self.bodies(1 << number, person, app, action, is_granted=is_granted) & opening
        )

    def look(
        self, side: Side, *, nobody: bool, by_token: bool, means: Means = EVERYTHING, is_granted: bool = False
    ) -> Looked:
        """In which situations these bodies, taken together, permit something to whoever has these `means`."""
        every = _atoms(side)
        told = partition(every, self._since)
        all_of = self.situating.situations(
            told,
            every,
            nobody=nobody,
            by_token=by_token,
            most_cells=self._most_cells,
            without=means.without if is_granted else means.without | _NO_GRANT,
            one_of=means.one_of,
        )
        holding, refused = dict[Body, int](), 0
        for body in side:
            holds, errs = conjunction(body.conditions, all_of.atoms, all_of.grid.everything)
            refused |= errs | (holds if body.effect == "forbid" else 0)
            if body.effect == "permit":
                holding[body] = holds
        open_cells = {body: holds & ~refused & all_of.possible for body, holds in holding.items()}
        return Looked(all_of, open_cells, told.is_exact and all_of.covered == 1)

    def _speaking(self, line: str, entity: Entity) -> int:
        """Which policies' scope line this entity satisfies."""
        return self.bits(lambda number: getattr(self.policies[number], line).holds(entity.uid, entity.ancestors))


def _atoms(side: Side) -> list[Expression]:
    """What the bodies ask of the context, always in the same order: so the same choice is made where it is too much."""
    found = {
        atom
        for body in side
        for condition in body.conditions
        for atom in atoms(condition)
        if not (isinstance(atom, Literal) and isinstance(atom.value, bool))
    }
    return sorted(found, key=repr)
