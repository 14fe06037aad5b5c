"""A realm, from one file or from several, as one system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.conditions import Condition
from limen.importing.keycloak.answers import expected_of
from limen.importing.keycloak.authorization import Authorization
from limen.importing.keycloak.clients import Clients
from limen.importing.keycloak.flows import Flows
from limen.importing.keycloak.groups import Groups, read_groups
from limen.importing.keycloak.parts import entries, is_true, mapping, text
from limen.importing.keycloak.people import USER, parts_of, read_people, users_in
from limen.importing.keycloak.resources import host_of, protected
from limen.importing.keycloak.roles import OWN_CLIENTS, Roles, read_roles
from limen.importing.keycloak.settings import account_for_realm, people_source, read_sessions
from limen.importing.model import App, Group, System, Told, Wishes
from limen.importing.report import Effect, Path, Report

_MARKS: Final = frozenset({"clients", "roles", "groups", "realmRoles", "authenticationFlows", "enabled", "users"})
_STEPS: Final = 4


class Keycloak:
    """Keycloak, from version 20 on."""

    name = "keycloak"
    title = "Keycloak"
    files = "harbor-realm.json, or the folder of an export with its files of users"
    has_parts = True

    def read(self, files: Mapping[str, Any], report: Report, wishes: Wishes, told: Told) -> System:
        """What the export says of one realm: the only one in it, or that which `wishes.part` names."""
        realm, at = _chosen(files, wishes.part, report)
        name = text(realm.get("realm"))
        roles = read_roles(realm, at, report)
        groups = read_groups(realm, at, report, roles)
        flows = Flows(realm, at, report, roles)
        sessions = read_sessions(realm, at, report)
        account_for_realm(realm, at, report)
        source = people_source(realm, at, report)
        told(1, _STEPS)
        named: dict[str, None] = {}
        apps = self._apps(realm, at, report, wishes, _Realm(roles, groups, flows, named))
        flows.account()
        told(2, _STEPS)
        accounts = [one.removeprefix(USER) for one in named]
        people = read_people(users_in(files, name), report, groups, roles, accounts)
        told(3, _STEPS)
        everything = {
            **{one.key: one for one in groups.groups.values()},
            **roles.groups,
            **{key: Group(key, f"Account {key.removeprefix(USER)}") for key in named},
        }
        expected = [one for app in apps for one in expected_of(app, people)]
        told(_STEPS, _STEPS)
        return System(
            tuple(people),
            tuple(everything[key] for key in sorted(everything)),
            tuple(apps),
            tuple(expected),
            domain=_domain(apps),
            sessions=sessions,
            people_source=source,
        )

    def _apps(self, realm: Mapping[str, Any], at: Path, report: Report, wishes: Wishes, has: _Realm) -> list[App]:
        """The apps of all clients, and those whose paths are protected."""
        flow: dict[str, Condition] = {}

        def condition(alias: str) -> Condition:
            if alias not in flow:
                flow[alias] = has.flows.condition(alias)
            return flow[alias]

        clients = Clients(report, condition)
        found: list[App] = []
        for client, here in entries(realm, "clients", at):
            app = clients.read(client, here)
            if app is not None:
                found.append(app)
            settings = mapping(client.get("authorizationSettings"))
            if not settings or client.get("enabled") is False or text(client.get("clientId")) in OWN_CLIENTS:
                continue
            authorization = Authorization(client, here, report, has.groups, has.roles, has.named)
            guarded = protected(client, authorization.resources(), clients.flow(client), report)
            if guarded is not None:
                upstream = wishes.upstreams.get(guarded.host, "")
                if any(one.key == guarded.key for one in found):
                    why = "several clients say that they are at this host: it stays shut until you open it by hand"
                    report.note(here, f"{guarded.host}: {why}", Effect.STRICTER)
                    found = [replace(one, access=()) if one.key == guarded.key else one for one in found]
                    continue
                found.append(replace(guarded, upstream=upstream))
                if not upstream:
                    what = f"{guarded.host}: no export says where it runs; name it by --app {guarded.host}=URL"
                    report.note(here, what, Effect.STRICTER)
        return found


class _Realm:
    """What all clients of a realm share."""

    def __init__(self, roles: Roles, groups: Groups, flows: Flows, named: dict[str, None]) -> None:
        self.roles, self.groups, self.flows, self.named = roles, groups, flows, named


def _chosen(files: Mapping[str, Any], part: str, report: Report) -> tuple[Mapping[str, Any], Path]:
    """The one realm to import, and where it stands."""
    realms: dict[str, tuple[Mapping[str, Any], Path]] = {}
    for file, body in files.items():
        for one, at in parts_of(file, body):
            if not isinstance(one, Mapping) or not (_MARKS & one.keys()):
                continue
            name = text(one.get("realm")) or text(one.get("id"))
            is_users = set(one) <= {"realm", "users", "federatedUsers"}
            if not is_users:
                if name in realms:
                    raise LimenError(f"two files have the realm {name[:60]!r}", "name one export alone")
                realms[name] = (one, at)
    if not realms:
        raise LimenError("there is no realm in these files", "export one: `kc.sh export --realm NAME --dir DIR`")
    if part and part not in realms:
        raise LimenError(f"the export has no realm {part[:60]!r}", f"it has {', '.join(sorted(realms))[:300]}")
    if not part and len(realms) > 1:
        raise LimenError(
            f"there are {len(realms)} realms in these files", f"choose by --part: {', '.join(sorted(realms))[:300]}"
        )
    chosen = realms[part] if part else next(iter(realms.values()))
    for name, (_, at) in realms.items():
        if part and name != part:
            report.left_out(at, "another realm than the one that was chosen")
    if is_true(chosen[0].get("enabled", True)) is False:
        raise LimenError("the realm is disabled, so nobody has access by it", "enable it there, and export it again")
    return chosen


def _domain(apps: list[App]) -> str:
    """The domain that most hosts of the apps are in."""
    hosts = [one.host or host_of({"rootUrl": one.url}) for one in apps]
    above = [host.split(".", 1)[1] for host in hosts if host.count(".") >= 2]
    return max(sorted(set(above)), key=above.count, default="")
