"""`authorizationSettings` of a client: policies and permissions, as the conditions for each resource.

What can't be told of a policy (a script, an expression over claims) is kept as two bounds: surely granted, and perhaps
granted. *Not* turns them round, strategies combine them, and access is given only by what is surely so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.conditions import ALWAYS, NEVER, Condition, DuringHours, InGroup, all_of, any_of, negated, size
from limen.importing.keycloak.groups import Groups
from limen.importing.keycloak.parts import entries, is_true, listed, mapping, text, texts
from limen.importing.keycloak.people import USER
from limen.importing.keycloak.roles import Roles, client_role, realm_role
from limen.importing.report import Effect, Path, Report

_PERMISSIONS: Final = frozenset({"resource", "scope"})
_MOST_COUNTED: Final = 6
_DEEPEST: Final = 12
_MOST_ASKED: Final = 2_000_000
"""How often policies may be looked through for what they say of a resource: some seconds."""
_LARGEST: Final = 1_000
"""Of how many facts a policy is put together at most: policies that use each other several times double with each."""
_TOO_MUCH: Final = "it is put together of too many policies to be told: it opens nothing, and may still refuse"


@dataclass(frozen=True, slots=True)
class Bounds:
    """When something is surely granted, and when it may be."""

    surely: Condition
    perhaps: Condition

    def contrary(self) -> Bounds:
        return Bounds(negated(self.perhaps), negated(self.surely))


NOT_TOLD: Final = Bounds(NEVER, ALWAYS)


def exactly(condition: Condition) -> Bounds:
    return Bounds(condition, condition)


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is protected: its paths as Keycloak writes them, and when somebody surely has access."""

    name: str
    uris: tuple[str, ...]
    when: Condition
    at: Path


class Authorization:
    """The settings of one client."""

    def __init__(
        self, client: Mapping[str, Any], at: Path, report: Report, groups: Groups, roles: Roles, named: dict[str, None]
    ) -> None:
        self._client = text(client.get("clientId"))
        self._body = mapping(client.get("authorizationSettings"))
        self._at = (*at, "authorizationSettings")
        self._report, self._groups, self._roles, self._named = report, groups, roles, named
        self._policies = {text(one.get("name")): (one, here) for one, here in entries(self._body, "policies", self._at)}
        self._known: dict[str, Bounds] = {}

    def resources(self) -> list[Resource]:
        """Every resource, with the condition for it."""
        self._account_for_settings()
        named = sum(len(listed(mapping(one.get("config")).get("groups")) or []) for one, _ in self._policies.values())
        if named * len(self._groups.groups) > _MOST_ASKED:
            raise LimenError(f"{self._client[:40]} has too many policies about groups", "import it in parts")
        for name in self._policies:
            self._policy(name, 0)
        found = []
        resources = list(entries(self._body, "resources", self._at))
        asked = sum(max(1, len(listed(body.get("scopes")) or [])) for body, _ in resources)
        if asked * len(self._policies) > _MOST_ASKED:
            raise LimenError(f"{self._client[:40]} has too many resources and policies", "import it in parts")
        for body, here in resources:
            uris = texts(body.get("uris")) or ([text(body["uri"])] if text(body.get("uri")) else [])
            when = self._resource(body).surely
            self._account_for_resource(body, here)
            found.append(Resource(text(body.get("name")), tuple(uris), when, here))
        return found

    def _resource(self, body: Mapping[str, Any]) -> Bounds:
        mode = text(self._body.get("policyEnforcementMode")) or "ENFORCING"
        if mode == "DISABLED":
            return exactly(ALWAYS)
        name, kind = text(body.get("name")), text(body.get("type"))
        scopes = [text(mapping(one).get("name")) for one in listed(body.get("scopes")) or []]
        asked = [self._asked(name, kind, scope, mode) for scope in scopes] or [self._asked(name, kind, "", mode)]
        return NOT_TOLD if _is_too_much(asked) else _unanimous(asked)

    def _asked(self, name: str, kind: str, scope: str, mode: str) -> Bounds:
        """What the permissions say of the resource, and of this scope of it."""
        results = [self._policy(one, 0) for one in self._policies if self._is_about(one, name, kind, scope)]
        if not results:
            return exactly(ALWAYS if mode == "PERMISSIVE" else NEVER)
        if _is_too_much(results):
            self._report.note((*self._at, "policies"), _TOO_MUCH, Effect.STRICTER)
            return NOT_TOLD
        return _affirmative(results) if self._body.get("decisionStrategy") == "AFFIRMATIVE" else _unanimous(results)

    def _is_about(self, permission: str, name: str, kind: str, scope: str) -> bool:
        body = self._policies[permission][0]
        config = mapping(body.get("config"))
        resources = listed(config.get("resources")) or []
        match text(body.get("type")):
            case "resource":
                return name in resources or bool(kind and config.get("defaultResourceType") == kind)
            case "scope":
                chosen = config.get("defaultResourceType")
                is_here = name in resources or (not resources and (not chosen or chosen == kind))
                return bool(scope) and is_here and scope in (listed(config.get("scopes")) or [])
        return False

    def _policy(self, name: str, depth: int) -> Bounds:
        """When a policy, or a permission, grants. Each is read once; circles and what is not there grant nothing."""
        if name in self._known:
            return self._known[name]
        if name not in self._policies or depth > _DEEPEST:
            return NOT_TOLD
        self._known[name] = NOT_TOLD
        body, at = self._policies[name]
        kind, config = text(body.get("type")), mapping(body.get("config"))
        found = self._read(kind, config, body, (*at, "config"), depth)
        if body.get("logic") == "NEGATIVE":
            found = found.contrary()
        is_told = found.surely == found.perhaps
        self._account_for_policy(body, at, kind, is_told=is_told)
        self._known[name] = found
        return found

    def _read(self, kind: str, config: Mapping[str, Any], body: Mapping[str, Any], at: Path, depth: int) -> Bounds:
        readers: dict[str, Callable[[Mapping[str, Any]], Bounds]] = {
            "role": self._role,
            "group": self._group,
            "user": self._user,
            "client": self._by_client,
            "time": _time,
        }
        if kind == "time":
            why = "hours count in the company's time zone, and counted in that of Keycloak's server"
            self._report.note(at[:-1], why, Effect.WIDER)
        if kind in readers:
            return readers[kind](config)
        if kind == "scope" and not text(config.get("defaultResourceType", "any")):
            return NOT_TOLD  # a type that is said and none: whether it is about every resource can't be told
        if kind in _PERMISSIONS | {"aggregate"}:
            applied = listed(config.get("applyPolicies"))
            if not applied:
                return exactly(NEVER)
            some = [self._policy(one, depth + 1) if isinstance(one, str) else NOT_TOLD for one in applied]
            if _is_too_much(some):
                self._report.note(at[:-1], _TOO_MUCH, Effect.STRICTER)
                return NOT_TOLD
            return _combined(text(body.get("decisionStrategy")) or "UNANIMOUS", some)
        why = f"a policy of the kind {kind[:40] or 'unknown'} can't be told: nobody gets in by it alone"
        self._report.note(at[:-1], why, Effect.STRICTER)
        return NOT_TOLD

    def _role(self, config: Mapping[str, Any]) -> Bounds:
        """Any of the roles, and each that is required."""
        some: list[Condition] = []
        required: list[Condition] = []
        for one in listed(config.get("roles")) or []:
            body = mapping(one)
            held = self._held(text(body.get("id")))
            if held is None:
                return NOT_TOLD
            some.append(held)
            if is_true(body.get("required")):
                required.append(held)
        return exactly(all_of(any_of(*some), *required))

    def _held(self, name: str) -> Condition | None:
        """The condition for having a role, which is named with its client before a slash."""
        client, slash, role = name.partition("/")
        keys = [client_role(client, role)] if slash else [realm_role(name), client_role(self._client, name)]
        for key in keys:
            if key in self._roles.groups:
                return InGroup(key)
        return None

    def _group(self, config: Mapping[str, Any]) -> Bounds:
        keys: set[str] = set()
        for one in listed(config.get("groups")) or []:
            body = mapping(one)
            found = self._groups.below(text(body.get("path")), with_children=is_true(body.get("extendChildren")))
            if not found:
                return NOT_TOLD
            keys |= found
        return exactly(any_of(*(InGroup(key) for key in sorted(keys))))

    def _user(self, config: Mapping[str, Any]) -> Bounds:
        keys = [f"{USER}{one}" for one in listed(config.get("users")) or [] if isinstance(one, str)]
        for key in keys:
            self._named[key] = None
        return exactly(any_of(*map(InGroup, keys)))

    def _by_client(self, config: Mapping[str, Any]) -> Bounds:
        """Which client asks: in Limen people ask for the app itself."""
        return exactly(ALWAYS if self._client in (listed(config.get("clients")) or []) else NEVER)

    def _account_for_settings(self) -> None:
        for key in ("policyEnforcementMode", "decisionStrategy"):
            self._report.translated((*self._at, key), "how the policies of the app are put together")
        self._report.not_translated((*self._at, "allowRemoteResourceManagement"), "apps don't change Limen's rules")
        self._report.not_translated((*self._at, "authorizationSchema"), "Keycloak's own permissions")
        for _, here in entries(self._body, "scopes", self._at):
            self._report.approximated((*here, "name"), "a resource needs the permissions of all its scopes")
            self._report.not_translated((*here, "id"), "Keycloak's own number")
            for key in ("iconUri", "displayName"):
                self._report.not_translated((*here, key), "pictures and words of the app")
        for key in ("scopes", "resources", "policies"):
            if not self._body.get(key):
                self._report.translated((*self._at, key), "there are none")

    def _account_for_resource(self, body: Mapping[str, Any], at: Path) -> None:
        self._report.translated((*at, "name"), "which policies are about these paths")
        self._report.translated((*at, "type"), "which policies are about these paths")
        for number, one in enumerate(listed(body.get("scopes")) or []):
            how = "all scopes together: Limen knows requests, and no scopes of the app"
            for key in mapping(one):
                self._report.approximated((*at, "scopes", number, key), how)
        for key in ("_id", "id", "owner", "ownerManagedAccess", "attributes", "displayName", "icon_uri", "iconUri"):
            self._report.not_translated((*at, key), "Keycloak's own, or words and pictures of the app")

    def _account_for_policy(self, body: Mapping[str, Any], at: Path, kind: str, *, is_told: bool) -> None:
        for key in ("name", "type", "logic", "decisionStrategy"):
            if is_told:
                self._report.translated((*at, key), "a condition of the app's policies")
            else:
                self._report.approximated((*at, key), "it opens nothing by itself, and may still refuse")
        for key in mapping(body.get("config")):
            where = (*at, "config", key)
            if is_told:
                self._report.translated(where, "a condition of the app's policies")
            else:
                self._report.not_translated(where, f"what a policy of the kind {kind[:40]} says", Effect.STRICTER)
        for key in ("id", "description", "owner"):
            self._report.not_translated((*at, key), "Keycloak's own number, or words for its administrators")


def _is_too_much(some: Sequence[Bounds]) -> bool:
    return sum(size(one.surely) + size(one.perhaps) for one in some) > 2 * _LARGEST


def _combined(strategy: str, some: Sequence[Bounds]) -> Bounds:
    if strategy == "AFFIRMATIVE":
        return _affirmative(some)
    if strategy == "CONSENSUS":
        return _consensus(some)
    return _unanimous(some)


def _unanimous(some: Sequence[Bounds]) -> Bounds:
    return Bounds(all_of(*(one.surely for one in some)), all_of(*(one.perhaps for one in some)))


def _affirmative(some: Sequence[Bounds]) -> Bounds:
    return Bounds(any_of(*(one.surely for one in some)), any_of(*(one.perhaps for one in some)))


def _consensus(some: Sequence[Bounds]) -> Bounds:
    """More that grant than that refuse; where they are as many, it is refused."""
    if len(some) > _MOST_COUNTED:
        return Bounds(_unanimous(some).surely, ALWAYS)
    needed = len(some) // 2 + 1
    return _affirmative([_unanimous(chosen) for chosen in combinations(some, needed)])


def _time(config: Mapping[str, Any]) -> Bounds:
    """Hours of every day. Days, months and years Limen's policies can't tell: it may grant, and not surely."""
    dated = [key for key in config if key not in {"hour", "hourEnd", "minute", "minuteEnd"} and config[key]]
    hours = _range(config, "hour", 24)
    minutes = _range(config, "minute", 60)
    if dated or hours is None or minutes not in {None, (0, 59)}:
        return NOT_TOLD
    first, last = hours
    if first <= last:
        return exactly(DuringHours(start=first * 60, end=(last + 1) * 60))
    return Bounds(NEVER, any_of(DuringHours(start=first * 60), DuringHours(end=(last + 1) * 60)))


def _range(config: Mapping[str, Any], key: str, most: int) -> tuple[int, int] | None:
    """From and to, both within; one alone is both."""
    first = text(config.get(key)) or text(config.get(f"{key}End"))
    last = text(config.get(f"{key}End")) or first
    if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(first + last) <= 4):
        return None
    return (int(first), int(last)) if int(first) < most and int(last) < most else None
