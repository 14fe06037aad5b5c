"""What-if for many at once: people, apps and actions under the same supposed facts. Alike people are decided once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from limen.clock import Instant
from limen.facts import App, Person
from limen.policy.access_diff.person_classes import kind_of, named_in
from limen.policy.decision import Effect, Request
from limen.policy.engine import Engine
from limen.policy.hypothetical import Hypothetical

Networks = tuple[tuple[str, IPv4Network | IPv6Network], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer of many: what it is, and the first of its reasons, by name and as people read it."""

    effect: Effect
    reason: str
    title: str


Decide = Callable[[Person, App, str], Cell]


def matrix(engine: Engine, supposed: Hypothetical, now: Instant, networks: Networks = ()) -> Decide:
    """How to fill a table: `(person, app, action) → Cell`, everything else as supposed, at `now`.

    Exactly what deciding each by itself gives.
    """
    named = named_in(engine.policies)
    known: dict[tuple[Hashable, str, str], Cell] = {}
    kinds: dict[str, Hashable] = {}

    def decide(person: Person, app: App, action: str) -> Cell:
        kind = kinds.get(person.id)
        if kind is None:
            kind = kinds[person.id] = kind_of(person, named)
        key = (kind, app.id, action)
        cell = known.get(key)
        if cell is None:
            facts = supposed.facts(person if person.id else None, app, action, now, networks)
            decision = engine.decide(Request(action), facts, now)
            first = decision.reasons[0]
            cell = known[key] = Cell(decision.effect, first.policy, first.title or first.policy)
        return cell

    return decide


def whole(decide: Decide, people: Iterable[Person], apps: Iterable[App], actions: Iterable[str]) -> list[list[Cell]]:
    """A row for each person, its cells for each app and, within an app, for each action."""
    columns = [(app, action) for app in apps for action in actions]
    return [[decide(person, app, action) for app, action in columns] for person in people]
