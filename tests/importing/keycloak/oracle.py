"""Keycloak's answers as its documentation of authorization services describes them, apart from the importer.

Policies grant or not, *negative* turns that round, permissions put them together by their strategy, and the client
puts permissions together by its own. Of the paths of resources the most exact one counts.
"""

from __future__ import annotations

import json
import re
from typing import Any

GRANTING_SCRIPT = "$evaluation.grant();"


def lets_in(
    client: dict[str, Any],
    path: str,
    scopes: tuple[str, ...],
    *,
    account: str,
    groups: frozenset[str],
    roles: frozenset[str],
    hour: int,
) -> bool:
    """Whether somebody has the permissions for all of these scopes of the resource at the path."""
    settings = client["authorizationSettings"]
    if settings["policyEnforcementMode"] == "DISABLED":
        return True
    resource = _most_exact(settings["resources"], path)
    if resource is None:
        return False
    has = _Has(settings, client["clientId"], account, groups, roles, hour)
    asked = [one["name"] for one in resource.get("scopes", []) if not scopes or one["name"] in scopes] or [""]
    return all(has.permitted(resource, scope) for scope in asked)


def _most_exact(resources: list[dict[str, Any]], path: str) -> dict[str, Any] | None:
    found = [
        (len(uri.split("/")), "*" not in uri, "{" not in uri, resource["name"], resource)
        for resource in resources
        for uri in resource["uris"]
        if re.fullmatch(_expression(uri), path)
    ]
    return max(found, key=lambda one: one[:3])[4] if found else None


def _expression(uri: str) -> str:
    inside = re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(uri.removesuffix("/*")))
    return inside + ("(/.*)?" if uri.endswith("/*") else "")


class _Has:
    def __init__(
        self,
        settings: dict[str, Any],
        client: str,
        account: str,
        groups: frozenset[str],
        roles: frozenset[str],
        hour: int,
    ) -> None:
        self.settings, self.client, self.account = settings, client, account
        self.groups, self.roles, self.hour = groups, roles, hour
        self.policies = {one["name"]: one for one in settings["policies"]}

    def permitted(self, resource: dict[str, Any], scope: str) -> bool:
        about = [one for one in self.settings["policies"] if self._is_about(one, resource, scope)]
        if not about:
            return bool(self.settings["policyEnforcementMode"] == "PERMISSIVE")
        results = [self.grants(one) for one in about]
        return any(results) if self.settings["decisionStrategy"] == "AFFIRMATIVE" else all(results)

    def _is_about(self, policy: dict[str, Any], resource: dict[str, Any], scope: str) -> bool:
        config = policy["config"]
        resources = json.loads(config.get("resources", "[]"))
        if policy["type"] == "resource":
            kind = config.get("defaultResourceType")
            return resource["name"] in resources or (kind is not None and kind == resource.get("type"))
        if policy["type"] == "scope":
            kind = config.get("defaultResourceType", resource.get("type"))
            is_here = resource["name"] in resources if resources else kind == resource.get("type")
            return scope in json.loads(config["scopes"]) and is_here
        return False

    def grants(self, policy: dict[str, Any]) -> bool:
        return self._says(policy) != (policy["logic"] == "NEGATIVE")

    def _says(self, policy: dict[str, Any]) -> bool:
        config = policy["config"]
        match policy["type"]:
            case "role":
                asked = json.loads(config["roles"])
                has_required = all(one["id"] in self.roles for one in asked if one.get("required"))
                return has_required and any(one["id"] in self.roles for one in asked)
            case "group":
                return any(
                    one["path"] in self.groups
                    or (one["extendChildren"] and any(each.startswith(one["path"] + "/") for each in self.groups))
                    for one in json.loads(config["groups"])
                )
            case "user":
                return self.account in json.loads(config["users"])
            case "client":
                return self.client in json.loads(config["clients"])
            case "time":
                return int(config["hour"]) <= self.hour <= int(config["hourEnd"])
            case "js":
                return bool(config["code"] == GRANTING_SCRIPT)
        results = [self.grants(self.policies[one]) for one in json.loads(config["applyPolicies"])]
        if policy["decisionStrategy"] == "AFFIRMATIVE":
            return any(results)
        if policy["decisionStrategy"] == "CONSENSUS":
            return sum(results) > len(results) - sum(results)
        return all(results)


PASSWORD, CODE, KEY = "auth-username-password-form", "auth-otp-form", "webauthn-authenticator"
"""Authenticators of flows by which somebody proves something."""


def whole_roles(roles: list[dict[str, Any]], held: frozenset[str]) -> frozenset[str]:
    """These roles with all that they are composed of (Server Administration Guide, *Composite roles*)."""
    parts = {one["name"]: one.get("composites", {}).get("realm", []) for one in roles}
    while True:
        more = held | {part for one in held for part in parts.get(one, [])}
        if more == held:
            return held
        held = more


def signs_in(realm: dict[str, Any], proves: frozenset[str], roles: frozenset[str]) -> bool:
    """Whether somebody gets through the browser flow who can prove this and has these roles (*Authentication flows*):
    beside a required step alternatives don't count, and a conditional flow is required if all its conditions hold.
    """
    flows = {one["alias"]: one["authenticationExecutions"] for one in realm["authenticationFlows"]}
    configs = {one["alias"]: one["config"] for one in realm.get("authenticatorConfig", [])}

    def holds(step: dict[str, Any]) -> bool:
        if step["authenticator"] == "conditional-user-configured":
            return CODE in proves
        config = configs[step["authenticatorConfig"]]
        return (config["condUserRole"] in roles) != (config.get("negate") == "true")

    def passes(alias: str) -> bool:
        steps = [one for one in flows[alias] if one["requirement"] != "DISABLED"]
        steps = [one for one in steps if not one.get("authenticator", "").startswith("conditional-")]
        required = [one for one in steps if one["requirement"] == "REQUIRED" or _is_asked(one)]
        alternatives = [one for one in steps if one["requirement"] == "ALTERNATIVE"]
        if required or not alternatives:
            return all(one_passes(one) for one in required)
        return any(one_passes(one) for one in alternatives)

    def _is_asked(step: dict[str, Any]) -> bool:
        inner = flows.get(step.get("flowAlias", ""), [])
        conditions = [one for one in inner if one.get("authenticator", "").startswith("conditional-")]
        return step["requirement"] == "CONDITIONAL" and all(holds(one) for one in conditions)

    def one_passes(step: dict[str, Any]) -> bool:
        return passes(step["flowAlias"]) if step.get("authenticatorFlow") else step["authenticator"] in proves

    return passes(realm["browserFlow"])
