"""Groups within groups, by their paths, with the roles that their members have by being in them or below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from limen.importing.keycloak.parts import entries, text
from limen.importing.keycloak.roles import Roles, account_for_roles, held_by
from limen.importing.model import Group
from limen.importing.report import Effect, Path, Report


@dataclass(slots=True)
class Groups:
    """Every group by its path, and the roles that its members have."""

    groups: dict[str, Group] = field(default_factory=dict)
    roles: dict[str, frozenset[str]] = field(default_factory=dict)

    def keys(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset(self.groups[path].key for path in paths if path in self.groups)

    def below(self, path: str, *, with_children: bool) -> frozenset[str]:
        """The keys of the group at this path, and with its children of all that are within it."""
        if not with_children:
            return self.keys([path])
        return frozenset(
            group.key for at, group in self.groups.items() if at == path or at.startswith(f"{path.rstrip('/')}/")
        )

    def roles_in(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.roles.get(path, frozenset()) for path in paths))


def group_key(path: str) -> str:
    return f"group:{path}"


def read_groups(realm: Mapping[str, Any], at: Path, report: Report, roles: Roles) -> Groups:
    """The groups of the realm, however deep they are within each other."""
    found = Groups()
    waiting = [(body, here, "", frozenset[str]()) for body, here in entries(realm, "groups", at)]
    while waiting:
        body, here, above, inherited = waiting.pop(0)
        name = text(body.get("name"))
        if not name:
            report.not_translated(here, "a group without a name")
            continue
        path = text(body.get("path")) or f"{above}/{name}"
        own = held_by(body)
        held = inherited | own if own else inherited
        roles.count(len(held) if own else 0)
        found.groups[path] = Group(group_key(path), path.strip("/").replace("/", " / "))
        found.roles[path] = held
        _account_for(body, here, report, roles, is_inner=bool(above))
        waiting += [(inner, place, path, held) for inner, place in entries(body, "subGroups", here)]
    return found


def _account_for(body: Mapping[str, Any], at: Path, report: Report, roles: Roles, *, is_inner: bool) -> None:
    account_for_roles(body, at, report, roles)
    if is_inner:
        report.approximated(
            (*at, "name"), "a group by itself: people of it have the roles of those around it, too", Effect.SAME
        )
    else:
        report.translated((*at, "name"), "a group")
    for one in ("path", "parentId", "id", "subGroupCount"):
        report.left_out((*at, one), "where the group is among the others, and its number")
    for one in ("attributes", "access", "description"):
        report.not_translated((*at, one), "groups have a title alone")
    for one in ("subGroups", "realmRoles", "clientRoles"):
        if one in body and not body[one]:
            report.translated((*at, one), "there are none")
