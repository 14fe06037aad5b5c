"""Whom a conditional access policy is about (Graph: *conditionalAccessUsers*)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import ALWAYS, NEVER, Condition, any_of
from limen.importing.entra.directory import GUEST_TYPES, Directory, DirectoryGroup
from limen.importing.entra.nodes import Node
from limen.importing.report import Effect

_EVERY_GUEST: Final = "GuestsOrExternalUsers"
_UNTOLD: Final = {
    "include": "the export does not say who is in it, so the policy is about everybody",
    "exclude": "the export does not say everybody who is in it, so it spares only whom it names",
}


@dataclass(frozen=True, slots=True)
class PeopleNamed:
    """Whoever is excluded is so, however they are included. `is_told`: the export says who is included; else it is
    everybody.
    """

    included: Condition
    excluded: Condition
    is_told: bool = True


def read_people(node: Node, directory: Directory, key: str, title: str, wider: Effect) -> PeopleNamed:
    """`key` and `title` are the policy's: whoever it names by name becomes a group of its own."""
    including = _Side(node, directory, "include", wider)
    included = including.read(f"{key}:included", f"{title}: named in it")
    excluded = _Side(node, directory, "exclude", Effect.STRICTER).read(f"{key}:excluded", f"{title}: not for them")
    if not node:
        node.report.note(node.path, "the export does not say whom the policy is about: everybody", Effect.STRICTER)
        return PeopleNamed(ALWAYS, NEVER, is_told=False)
    return PeopleNamed(included, excluded, including.is_told)


class _Side:
    """What a policy includes, or excludes. `lost` is what it does to know nothing of somebody who is named. `is_told`:
    nothing that it includes counts as everybody because the export does not say who is in it.
    """

    def __init__(self, node: Node, directory: Directory, side: str, lost: Effect) -> None:
        self._node = node
        self._directory = directory
        self._side = side
        self._lost = lost
        self.is_told = True

    def read(self, key: str, title: str) -> Condition:
        directory = self._directory
        return any_of(
            self._people(key, title),
            *self._each("Groups", directory.groups, directory.in_group, "groups that are not in the export"),
            *self._each("Roles", directory.roles, directory.with_role, "roles of which the export names nobody"),
            self._guests(),
        )

    def _people(self, key: str, title: str) -> Condition:
        name = f"{self._side}Users"
        named = self._node.words(name, "a group with these people in it")
        found: list[Condition] = []
        if "All" in named:
            self._node.report.translated(self._node.at(name), "everybody")
            found.append(ALWAYS)
        if _EVERY_GUEST in named:
            found.append(self._directory.of_guest_types(GUEST_TYPES))
        by_id = set(named) - {"All", "None", _EVERY_GUEST}
        self._tell_missing(name, by_id - set(self._directory.users), "people who are not in the export")
        return any_of(*found, self._directory.these(key, title, by_id))

    def _each(
        self, what: str, known: Mapping[str, DirectoryGroup], condition: Callable[[str], Condition], missing: str
    ) -> list[Condition]:
        name = f"{self._side}{what}"
        named = self._node.words(name, "groups of Limen's with the same people in them")
        lost = set(named) - set(known)
        if what == "Roles":
            lost = set() if self._directory.knows_roles else lost  # of a role that nobody has, the export has nothing
            if set(named) - lost:
                how = "whoever has the role now: who gets it later has to be put into the group in Limen"
                self._node.report.approximated(self._node.at(name), how, self._lost)
        self._tell_missing(name, lost, missing)
        untold = [one for one in named if one in known and not self._directory.is_told(known[one])]
        if untold:
            self._node.report.approximated(self._node.at(name), f"{len(untold)} of them: {_UNTOLD[self._side]}")
        if untold and self._side == "include":
            self.is_told = False
            return [ALWAYS]
        return [condition(one) for one in named if one in known]

    def _guests(self) -> Condition:
        node = self._node.child(f"{self._side}GuestsOrExternalUsers")
        kinds = set(node.words("guestOrExternalUserTypes", "groups of guests who have an account in the tenant"))
        tenants = node.child("externalTenants")
        if not kinds:
            return NEVER
        tenants.text("@odata.type", "whichever tenant they are from")
        if tenants.text("membershipKind", "whichever tenant they are from") not in {"", "all"}:
            how = "Limen does not know from which tenant a guest comes"
            is_included = self._side == "include"
            said = f"{how}: the policy is for guests of all tenants" if is_included else f"{how}: no guest is spared"
            node.report.not_translated(tenants.path, said, Effect.STRICTER)
            return self._directory.of_guest_types(kinds) if is_included else NEVER
        return self._directory.of_guest_types(kinds)

    def _tell_missing(self, name: str, lost: set[str], what: str) -> None:
        if lost:
            how = f"{len(lost)} of them left away: {what}"
            self._node.report.approximated(self._node.at(name), how, self._lost)
