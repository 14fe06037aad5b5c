"""How Entra ID answers a sign-in, as Microsoft documents it: the oracle that imports are held to.

Written by the pages *Building a Conditional Access policy*, *Conditions*, *Grant*, *Session*, *Filter for devices* and
*Assign users and groups to an application*; it reads Graph's objects, and nothing of Limen's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

Object = dict[str, Any]

MULTI_FACTOR = frozenset(
    {"password,softwareOath", "password,microsoftAuthenticatorPush", "fido2", "windowsHelloForBusiness"}
)
EVERY_TIME_MINUTES = 5


@dataclass(frozen=True)
class Device:
    """A registered device. `join` is its trust type: AzureAD, ServerAD or Workplace."""

    platform: str
    is_compliant: bool
    join: str


@dataclass(frozen=True)
class SignIn:
    """Somebody's sign-in to an app. `method` is a combination of authentication methods; `platform` is what the browser
    says; `minutes` is how long ago the person proved who they are.
    """

    user: str
    app: str
    method: str = "password"
    client: str = "browser"
    device: Device | None = None
    platform: str | None = None
    address: str = "203.0.113.7"
    country: str = "DE"
    sign_in_risk: str = "none"
    user_risk: str = "none"
    insider_risk: str = "none"
    minutes: int = 1
    uses_approved_app: bool = False
    has_agreed: bool = False


class Tenant:
    """A tenant by its export."""

    def __init__(self, files: dict[str, Any]) -> None:
        def kind(name: str) -> list[Object]:
            return files.get(f"{name}.json", {"value": []})["value"]

        self.users = {one["id"]: one for one in kind("users")}
        self.groups = {one["id"]: {member["id"] for member in one["members"]} for one in kind("groups")}
        self.roles = kind("roleAssignments")
        self.apps = {one["appId"]: one for one in kind("servicePrincipals")}
        self.locations = {one["id"]: one for one in kind("namedLocations")}
        self.strengths = {one["id"]: one for one in kind("authenticationStrengthPolicies")}
        self.policies = kind("conditionalAccessPolicies")

    def may_use(self, sign_in: SignIn) -> bool:
        """Whether the account is enabled and the app assigned; members of groups in groups are not assigned."""
        app = self.apps[sign_in.app]
        if not (app["accountEnabled"] and self.users[sign_in.user]["accountEnabled"]):
            return False
        if not app["appRoleAssignmentRequired"]:
            return True
        to = {one["principalId"] for one in app["appRoleAssignedTo"]}
        return sign_in.user in to or any(sign_in.user in self.groups.get(one, set()) for one in to)

    def refusing(self, sign_in: SignIn) -> Iterator[Object]:
        """The policies that are in force, match, and are not satisfied: one is enough to refuse."""
        for one in self.policies:
            is_asked = one["state"] == "enabled" and self._matches(one["conditions"], sign_in)
            is_met = self._is_granted(one["grantControls"], sign_in) and _is_fresh(one["sessionControls"], sign_in)
            if is_asked and not is_met:
                yield one

    def permits(self, sign_in: SignIn) -> bool:
        return self.may_use(sign_in) and not any(True for _ in self.refusing(sign_in))

    # Conditions: each that is configured has to match

    def _matches(self, conditions: Object, sign_in: SignIn) -> bool:
        levels = ("signInRiskLevels", sign_in.sign_in_risk), ("userRiskLevels", sign_in.user_risk)
        insider = conditions.get("insiderRiskLevels")
        return (
            self._is_about_person(conditions["users"], sign_in.user)
            and self._is_about_app(conditions["applications"], sign_in.app)
            and ("all" in conditions["clientAppTypes"] or sign_in.client in conditions["clientAppTypes"])
            and all(not conditions[name] or level in conditions[name] for name, level in levels)
            and (not insider or sign_in.insider_risk in insider.split(","))
            and _is_about_platform(conditions.get("platforms"), sign_in.platform)
            and self._is_about_place(conditions.get("locations"), sign_in)
            and _is_about_device(conditions.get("devices"), sign_in.device)
        )

    def _is_about_person(self, users: Object, user: str) -> bool:
        return self._names(users, "include", user) and not self._names(users, "exclude", user)

    def _names(self, users: Object, side: str, user: str) -> bool:
        named = users[f"{side}Users"]
        guest = self._guest_type(user)
        if "All" in named or user in named or ("GuestsOrExternalUsers" in named and guest):
            return True
        kinds = (users[f"{side}GuestsOrExternalUsers"] or {}).get("guestOrExternalUserTypes", "").split(",")
        if guest and guest in kinds:
            return True
        if any(user in self._everybody_in(one) for one in users[f"{side}Groups"]):
            return True
        roles = set(users[f"{side}Roles"])
        return any(
            one["roleDefinitionId"] in roles
            and one["directoryScopeId"] == "/"
            and (one["principalId"] == user or user in self._everybody_in(one["principalId"]))
            for one in self.roles
        )

    def _guest_type(self, user: str) -> str:
        one = self.users[user]
        is_elsewhere = "#EXT#" in one["userPrincipalName"]
        if one["userType"] == "Guest":
            return "b2bCollaborationGuest" if is_elsewhere else "internalGuest"
        return "b2bCollaborationMember" if is_elsewhere else ""

    def _everybody_in(self, group: str) -> set[str]:
        found, waiting, seen = set(), [group], set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            found |= self.groups.get(one, set())
            waiting += self.groups.get(one, set())
        return found & set(self.users)

    def _is_about_app(self, apps: Object, app: str) -> bool:
        included = apps["includeApplications"]
        return ("All" in included or app in included) and app not in apps["excludeApplications"]

    def _is_about_place(self, locations: Object | None, sign_in: SignIn) -> bool:
        if not locations:
            return True
        is_in = {side: any(self._is_in(one, sign_in) for one in locations[f"{side}Locations"]) for side in _SIDES}
        return is_in["include"] and not is_in["exclude"]

    def _is_in(self, location: str, sign_in: SignIn) -> bool:
        if location == "All":
            return True
        if location == "AllTrusted":
            return any(one.get("isTrusted") and self._is_in(key, sign_in) for key, one in self.locations.items())
        found = self.locations[location]
        if "ipRanges" in found:
            address = ip_address(sign_in.address)
            return any(address in ip_network(one["cidrAddress"]) for one in found["ipRanges"])
        unknown = found["includeUnknownCountriesAndRegions"] and not sign_in.country
        return sign_in.country in found["countriesAndRegions"] or unknown

    # Controls

    def _is_granted(self, grant: Object | None, sign_in: SignIn) -> bool:
        if not grant:
            return True
        if "block" in grant["builtInControls"]:
            return False
        satisfied = [_satisfies(one, sign_in) for one in grant["builtInControls"]]
        satisfied += [sign_in.has_agreed for _ in grant["termsOfUse"]]
        if strength := grant["authenticationStrength"]:
            satisfied.append(sign_in.method in self.strengths[strength["id"]]["allowedCombinations"])
        return any(satisfied) if grant["operator"] == "OR" else all(satisfied)


_SIDES = ("include", "exclude")


def _satisfies(control: str, sign_in: SignIn) -> bool:
    device = sign_in.device
    return {
        "mfa": sign_in.method in MULTI_FACTOR,
        "compliantDevice": device is not None and device.is_compliant,
        "domainJoinedDevice": device is not None and device.join == "ServerAD",
        "approvedApplication": sign_in.uses_approved_app,
        "compliantApplication": sign_in.uses_approved_app,
        "passwordChange": False,
    }[control]


def _is_fresh(session: Object | None, sign_in: SignIn) -> bool:
    asked = (session or {}).get("signInFrequency")
    if not asked or not asked["isEnabled"]:
        return True
    if asked["frequencyInterval"] == "everyTime":
        return sign_in.minutes <= EVERY_TIME_MINUTES
    return sign_in.minutes <= asked["value"] * (60 if asked["type"] == "hours" else 1440)


def _is_about_platform(platforms: Object | None, platform: str | None) -> bool:
    if not platforms:
        return True
    included, excluded = platforms["includePlatforms"], platforms["excludePlatforms"]
    return ("all" in included or platform in included) and platform not in excluded


def _is_about_device(devices: Object | None, device: Device | None) -> bool:
    """Of a device that is not registered every property is null: what equals fails, what differs holds."""
    chosen = (devices or {}).get("deviceFilter")
    if not chosen:
        return True
    holds = _holds(chosen["rule"], device)
    return holds if chosen["mode"] == "include" else not holds


def _holds(rule: str, device: Device | None) -> bool:
    """Rules of one joining word, as tests write them: `device.x -eq y -and device.z -ne w`."""
    for word, together in ((" -or ", any), (" -and ", all)):
        if word in rule:
            return together(_holds(one, device) for one in rule.split(word))
    name, operator, value = rule.split(" ", 2)
    found = {
        "device.isCompliant": None if device is None else str(device.is_compliant),
        "device.trustType": None if device is None else device.join,
        "device.operatingSystem": None if device is None else device.platform,
        "device.model": None if device is None else "Model 7",
    }[name]
    value = value.strip('"')
    if operator == "-startsWith":
        return found is not None and found.startswith(value)
    return (found == value) == (operator == "-eq")
