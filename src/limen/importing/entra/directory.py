"""Users, groups and directory roles: who is meant where a policy or an app names some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.errors import LimenError
from limen.importing.conditions import Condition, InGroup, any_of
from limen.importing.model import Group

GUEST_TYPES: Final = {
    "internalGuest": "Guests with an account here",
    "b2bCollaborationGuest": "Guests with an account elsewhere",
    "b2bCollaborationMember": "Members with an account elsewhere",
}
"""Those who have an account in the tenant. Others (`b2bDirectConnectUser`, `serviceProvider` …) have none here."""

MOST_COUNTED: Final = 5_000_000
"""Members that are looked at in all: groups may be named, and be in each other, as often as an export likes."""


@dataclass(frozen=True, slots=True)
class User:
    """`guest_type` is a key of GUEST_TYPES; "" for the tenant's own members."""

    id: str
    guest_type: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """`members` are the IDs of users and groups that are directly in it. `is_told`: the export says all of them."""

    id: str
    title: str
    members: frozenset[str] = frozenset()
    is_told: bool = True


@dataclass(slots=True)
class Directory:
    """Everybody by their IDs. Each group of people becomes one of Limen's when something names it."""

    users: Mapping[str, User]
    groups: Mapping[str, DirectoryGroup]
    roles: Mapping[str, DirectoryGroup]
    """By the IDs of their templates, which are the same in every tenant."""
    knows_roles: bool = True
    _named: dict[str, tuple[Group, frozenset[str]]] = field(default_factory=dict)
    _everybody: dict[str, frozenset[str]] = field(default_factory=dict)
    _counted: int = 0

    def in_group(self, group: str) -> Condition:
        """Whoever is in it, directly or by a group in it, as conditional access counts."""
        found = self.groups[group]
        return self._name(f"group:{group}", found.title, self._everybody_in(group))

    def directly_in(self, group: str) -> Condition:
        """Whoever is directly in it, as assignments of apps count."""
        found = self.groups[group]
        direct, every = self._users_among(found.members), self._everybody_in(group)
        if direct == every:
            return self.in_group(group)
        return self._name(f"group:{group}:direct", f"{found.title}, directly", direct)

    def with_role(self, template: str) -> Condition:
        found = self.roles[template]
        people = frozenset[str]().union(*(self._everybody_in(one) for one in found.members if one in self.groups))
        return self._name(f"role:{template}", found.title, self._users_among(found.members) | people)

    def is_told(self, group: DirectoryGroup) -> bool:
        """Whether the export says everybody who is in a group or role, through groups in it too."""
        seen: set[str] = set()
        waiting = [group]
        while waiting:
            one = waiting.pop()
            if not one.is_told:
                return False
            inside = [self.groups[key] for key in one.members if key in self.groups and key not in seen]
            seen.update(each.id for each in inside)
            self._count(len(one.members))
            waiting += inside
        return True

    def of_guest_types(self, kinds: Iterable[str]) -> Condition:
        """Whoever is a guest of one of these kinds."""
        return any_of(*map(self._guests, sorted(set(kinds) & set(GUEST_TYPES))))

    def these(self, key: str, title: str, people: Iterable[str]) -> Condition:
        """Some people by name; nobody where there are none."""
        several = self._users_among(frozenset(people))
        return self._name(f"people:{key}", title, several) if several else any_of()

    def counting(self) -> frozenset[str]:
        """The IDs of the groups that something names, and of those in them."""
        found: set[str] = set()
        named = [key.split(":")[1] for key in self._named if key.startswith("group:")]
        roles = [key.split(":", 1)[1] for key in self._named if key.startswith("role:")]
        waiting = [*named, *(one for role in roles for one in self.roles[role].members)]
        while waiting:
            one = waiting.pop()
            if one in self.groups and one not in found:
                found.add(one)
                waiting += self.groups[one].members
        return frozenset(found)

    def has_role_named(self, template: str) -> bool:
        """Whether something names the role."""
        return f"role:{template}" in self._named

    @property
    def named(self) -> tuple[Group, ...]:
        return tuple(group for group, _ in self._named.values())

    def groups_of(self) -> Mapping[str, frozenset[str]]:
        """The keys of the groups that everybody is in, by the users' IDs."""
        found: dict[str, set[str]] = {}
        for key, (_, people) in self._named.items():
            for one in people:
                found.setdefault(one, set()).add(key)
        return {one: frozenset(keys) for one, keys in found.items()}

    def _name(self, key: str, title: str, people: frozenset[str]) -> Condition:
        if key not in self._named:
            self._named[key] = Group(key, title), people
            self._count(len(people))
        return InGroup(key)

    def _guests(self, kind: str) -> Condition:
        key = f"guests:{kind}"
        if key in self._named:
            return InGroup(key)
        some = frozenset(one.id for one in self.users.values() if one.guest_type == kind)
        return self._name(key, GUEST_TYPES[kind], some)

    def _users_among(self, members: frozenset[str]) -> frozenset[str]:
        return frozenset(one for one in members if one in self.users)

    def _count(self, counted: int) -> None:
        self._counted += counted
        if self._counted > MOST_COUNTED:
            raise LimenError("policies and apps name too many people to be imported", "import the tenant in parts")

    def _everybody_in(self, group: str) -> frozenset[str]:
        """Groups may be in each other, and in circles."""
        if group in self._everybody:
            return self._everybody[group]
        seen: set[str] = set()
        people: set[str] = set()
        waiting = [group]
        while waiting:
            one = waiting.pop()
            if one in seen or one not in self.groups:
                continue
            seen.add(one)
            members = self.groups[one].members
            self._count(len(members))
            people |= self._users_among(members)
            waiting += [one for one in members if one in self.groups]
        found = self._everybody[group] = frozenset(people)
        return found
