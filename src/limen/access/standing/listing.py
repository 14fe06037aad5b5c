"""What was found of standing privilege, as people read it: a row for people who hold the same on an app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.access.standing.privilege import Held, StandingPrivilege
from limen.facts import ACTIONS, LIMEN, App, Person

BREAK_GLASS: Final = "break-glass"
"""The group of accounts for emergencies. What they hold is meant to be there always."""


@dataclass(frozen=True, slots=True)
class Row:
    """These people (ids; "" is anybody) may do these actions on this app all day, by these permits."""

    app: str
    people: tuple[str, ...]
    actions: tuple[str, ...]
    policies: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """`rows` are what should come to none. Apart from them: `limen`, who runs Limen itself, which can't be granted, and
    `break_glass`. `unseen` are apps whose own administrators Limen does not see: it decides who signs in to them.
    """

    rows: tuple[Row, ...]
    limen: tuple[Row, ...]
    break_glass: tuple[Row, ...]
    unseen: tuple[str, ...]
    is_exact: bool
    covered: float

    @property
    def people(self) -> frozenset[str]:
        """Everybody in the rows."""
        return frozenset(person for row in self.rows for person in row.people)

    def of(self, app_id: str) -> tuple[Row, ...]:
        """The rows of one app."""
        return tuple(row for row in self.rows if row.app == app_id)


def listed(found: StandingPrivilege, people: Mapping[str, Person], apps: Iterable[App]) -> Standing:
    """Everything that was found, what is sensitive most first; of people who are not known nothing is left out."""
    everything = list(apps)
    order = {app.id: (-app.sensitivity, app.name.casefold(), app.id) for app in everything}
    spare = frozenset(one.id for one in people.values() if BREAK_GLASS in one.groups)
    rows = sorted(_rows(found.held, spare), key=lambda row: (order.get(row.app, (0, "", row.app)), row.actions))
    apart = [row for row in rows if not spare.isdisjoint(row.people)]
    others = [row for row in rows if spare.isdisjoint(row.people)]
    return Standing(
        rows=tuple(row for row in others if row.app != LIMEN),
        limen=tuple(row for row in others if row.app == LIMEN),
        break_glass=tuple(apart),
        unseen=tuple(app.id for app in everything if app.oidc or app.saml or app.entra),
        is_exact=found.is_exact,
        covered=found.covered,
    )


def _rows(held: Iterable[Held], spare: frozenset[str]) -> list[Row]:
    """People who hold the same on an app by the same permits together, those of break-glass by themselves."""
    of_each: dict[tuple[str, str], list[Held]] = {}
    for one in held:
        for person in one.people:
            of_each.setdefault((one.app, person), []).append(one)
    alike: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool, bool], list[str]] = {}
    for (app, person), some in of_each.items():
        actions = tuple(sorted({one.action for one in some}, key=ACTIONS.index))
        policies = tuple(dict.fromkeys(policy for one in some for policy in one.policies))
        key = (app, actions, policies, all(one.is_certain for one in some), person in spare)
        alike.setdefault(key, []).append(person)
    return [Row(app, tuple(some), actions, policies, sure) for (app, actions, policies, sure, _), some in alike.items()]
