"""Roles of the realm and of clients, with the roles that they are made of: each becomes a group of whoever has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.keycloak.parts import entries, is_true, mapping, text, texts
from limen.importing.model import Group
from limen.importing.report import Path, Report

MOST_HELD: Final = 5_000_000
"""Roles of all people and groups, each counted for everybody who has it: they are held in memory."""
OWN_CLIENTS: Final = frozenset(
    {"account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"}
)
_OWN_ROLES: Final = frozenset({"offline_access", "uma_authorization", "admin", "create-realm"})
_OWN: Final = "Keycloak's own role: who runs Limen is decided in Limen alone"


@dataclass(slots=True)
class Roles:
    """Every role by its key, and the keys of the roles that one has by having it."""

    groups: dict[str, Group] = field(default_factory=dict)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)
    held: int = 0

    def whole(self, keys: Iterable[str]) -> frozenset[str]:
        """These roles and all that they are made of, however deep; circles end."""
        found: set[str] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.parts.get(key, ())
        self.count(len(found))
        return frozenset(found)

    def count(self, held: int) -> None:
        """That somebody, or a group, has so many roles. Raises LimenError where these are too many in all."""
        self.held += held
        if self.held > MOST_HELD:
            raise LimenError("people and groups have too many roles to be imported", "import the realm in parts")

    def named(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of them that become groups."""
        return frozenset(one for one in self.whole(keys) if one in self.groups)


def realm_role(name: str) -> str:
    return f"role:{_part(name)}"


def client_role(client: str, name: str) -> str:
    return f"role:{_part(client)}/{_part(name)}"


def _part(name: str) -> str:
    """A name without the slash that stands between a client and its role: both may have slashes of their own."""
    return name.replace("%", "%25").replace("/", "%2F")


def read_roles(realm: Mapping[str, Any], at: Path, report: Report) -> Roles:
    """The roles of the realm."""
    found = Roles()
    section, where = mapping(realm.get("roles")), (*at, "roles")
    default = text(mapping(realm.get("defaultRole")).get("name"))
    for role, here in entries(section, "realm", where):
        name = text(role.get("name"))
        is_own = name in _OWN_ROLES or name == default or name.startswith("default-roles-")
        _read(role, here, report, found, realm_role(name), name, is_own=is_own)
    clients = mapping(section.get("client"))
    for client in clients:
        for role, here in entries(clients, client, (*where, "client")):
            name = text(role.get("name"))
            is_own = client in OWN_CLIENTS or name == "uma_protection"
            _read(role, here, report, found, client_role(client, name), f"{name} of {client}", is_own=is_own)
    return found


def held_by(body: Mapping[str, Any]) -> set[str]:
    """The keys of the roles that somebody, or a group, has by itself."""
    found = {realm_role(one) for one in texts(body.get("realmRoles"))}
    for client, names in mapping(body.get("clientRoles")).items():
        found |= {client_role(client, one) for one in texts(names)}
    return found


def account_for_roles(body: Mapping[str, Any], at: Path, report: Report, roles: Roles) -> None:
    """Of each role that `body` names, what became of it."""
    for number, name in enumerate(texts(body.get("realmRoles"))):
        _one(realm_role(name), (*at, "realmRoles", number), report, roles)
    for client, names in mapping(body.get("clientRoles")).items():
        for number, name in enumerate(texts(names)):
            _one(client_role(client, name), (*at, "clientRoles", client, number), report, roles)


def _one(key: str, at: Path, report: Report, roles: Roles) -> None:
    if key in roles.groups:
        report.translated(at, "a group")
    elif key in roles.parts:
        report.not_translated(at, _OWN)
    else:
        report.not_translated(at, "a role that the export does not have")


def _read(
    role: Mapping[str, Any], at: Path, report: Report, found: Roles, key: str, name: str, *, is_own: bool
) -> None:
    found.parts[key] = frozenset(_parts(mapping(role.get("composites"))))
    if is_own or not name:
        report.not_translated(at, _OWN)
        return
    found.groups[key] = Group(key, name)
    report.translated((*at, "name"), "a group; apps hear of it with their groups")
    for one in ("id", "containerId", "clientRole"):
        report.left_out((*at, one), "Keycloak's own number or mark")
    report.not_translated((*at, "description"), "groups have a title alone")
    report.not_translated((*at, "attributes"), "groups have no attributes")
    if "composite" in role:
        how = (
            "whoever has it is in the groups of its parts as well" if is_true(role["composite"]) else "it has no parts"
        )
        report.translated((*at, "composite"), how)
    composites = mapping(role.get("composites"))
    if "realm" in composites:
        report.translated((*at, "composites", "realm"), "whoever has the role is in these groups as well")
    for client in mapping(composites.get("client")):
        report.translated((*at, "composites", "client", client), "whoever has the role is in these groups as well")


def _parts(composites: Mapping[str, Any]) -> Iterable[str]:
    yield from (realm_role(one) for one in texts(composites.get("realm")))
    for client, names in mapping(composites.get("client")).items():
        yield from (client_role(client, one) for one in texts(names))
