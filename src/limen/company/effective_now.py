"""Effective access in one company: over its apps, hosts, networks and directories, Limen itself, and sealed files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.access import store as grants_store
from limen.access.credentials import is_still_asked_as
from limen.access.effective.access import Effective, effective_access
from limen.access.effective.rows import Row
from limen.access.projection import fact_of
from limen.clock import Instant
from limen.company.askable import askable
from limen.data.sealing import store as sealing_store
from limen.facts import SEALED_FILES, App, Grant, Label, Person, Upstream
from limen.policy import Engine
from limen.storage import Snapshot
from limen.storage.journal.usage import Use, last_used

OPENS_SEALED: Final = ("download",)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that access is asked for, what can be asked, and what was found of it."""

    app: App
    actions: tuple[str, ...]
    found: Effective


@dataclass(frozen=True, slots=True)
class EffectiveNow:
    """Every thing that was looked at, in the order in which it is told: what is most sensitive first.

    `grants` are those that somebody holds, by their id; `used` when they last did an action on an app.
    """

    things: tuple[Thing, ...]
    grants: Callable[[str], Iterable[Grant]]
    used: Callable[[str, str, str], Instant]

    @property
    def is_exact(self) -> bool:
        """Whether nothing of it is a doubt."""
        return all(one.found.is_exact for one in self.things)

    def of(self, person: Person) -> list[Row]:
        """Everything of one person."""
        held = tuple(self.grants(person.id))
        return [row for one in self.things for row in one.found.rows(person, one.app, one.actions, held, self.used)]

    def of_all(self, people: Iterable[Person]) -> Iterator[Row]:
        """Everything of these people."""
        for person in people:
            yield from self.of(person)


def effective_now(
    engine: Engine,
    people: Iterable[Person],
    apps: Iterable[App],
    now: Instant,
    *,
    sealed: Iterable[Label] = (),
    grants: Callable[[str], Iterable[Grant]] = lambda _: (),
    uses: Iterable[Use] = (),
) -> EffectiveNow:
    """Of these people and things. `sealed` are the labels for which there are keys that open files. Pure."""
    everybody, every_app = list(people), sorted(apps, key=lambda one: (-one.sensitivity, one.name.casefold(), one.id))
    of_apps = effective_access(engine, everybody, every_app, since=now)
    things = [Thing(app, askable(app), of_apps) for app in every_app]
    for label in sorted(sealed, reverse=True):
        app = sealed_files(label)  # all have one id, by which policies know them: each is looked at by itself
        things.append(Thing(app, OPENS_SEALED, effective_access(engine, everybody, [app], since=now)))
    used = last_used(uses)
    return EffectiveNow(tuple(things), grants, lambda *done: used.get(done, (0, 0))[0])


def sealed_files(label: Label) -> App:
    """Sealed files of one label, as something that access is asked for."""
    return App(SEALED_FILES, f"Sealed files, {label.word}", "", Upstream(""), label)


def sealed_labels(snapshot: Snapshot) -> frozenset[Label]:
    """The labels for which there is a key that still opens files."""
    return frozenset(one.label for one in sealing_store.every(snapshot.connection) if not one.shredded_at)


def grants_now(snapshot: Snapshot, people: Iterable[Person], now: Instant) -> dict[str, tuple[Grant, ...]]:
    """The grants that people hold and may still hold, by the person."""
    groups = {one.id: one.groups for one in people}
    found: dict[str, tuple[Grant, ...]] = {}
    for held in grants_store.live_grants(snapshot.connection, now):
        if held.person_id in groups and held.is_active(now) and is_still_asked_as(held, groups[held.person_id]):
            found[held.person_id] = (*found.get(held.person_id, ()), fact_of(held))
    return found


def once_enrolled(person: Person) -> Person:
    """Somebody who was invited, as they are once they have set up how they sign in."""
    return replace(person, active=True)
