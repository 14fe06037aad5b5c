"""Conditional access policies (Graph: *conditionalAccessPolicy*) as requirements: whom what is asked of, and when.

Entra ID takes all policies that match a sign-in together: each has to be satisfied, and one that blocks wins. A forbid
of Cedar for each says the same. Conditions say when a policy matches; here they are turned around, into when it
certainly does not, because whatever Limen does not know must not let anybody off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AtTheKeyboard,
    Condition,
    RiskBelow,
    all_of,
    any_of,
)
from limen.importing.entra.controls import Wanted, read_grant, read_session
from limen.importing.entra.device_filter import PLATFORMS, FilterError, certainly, on_platforms
from limen.importing.entra.directory import Directory
from limen.importing.entra.locations import Locations
from limen.importing.entra.nodes import Node
from limen.importing.entra.people_named import PeopleNamed, read_people
from limen.importing.entra.strengths import AuthenticationStrength
from limen.importing.model import Mode, Requirement
from limen.importing.report import Effect

MODES: Final = {
    "enabled": Mode.ENFORCE,
    "enabledForReportingButNotEnforced": Mode.REPORT_ONLY,
    "disabled": Mode.OFF,
}
RISK_FROM: Final = {"low": 1, "medium": 40, "high": 70}
"""From which score of Limen's on (of 100) an account is at this risk, as in the policies that Limen begins with."""
_BY_PEOPLE: Final = frozenset({"browser", "mobileAppsAndDesktopClients"})
_LEGACY: Final = frozenset({"exchangeActiveSync", "other", "easSupported"})
_CONDITIONS: Final = frozenset(
    {
        "applications", "users", "clientAppTypes", "platforms", "locations", "devices", "signInRiskLevels",
        "userRiskLevels", "authenticationFlows", "clientApplications", "servicePrincipalRiskLevels",
    }
)  # fmt: skip
_MICROSOFT: Final = frozenset({"Office365", "MicrosoftAdminPortals"})
_AT_MICROSOFT: Final = "an app of Microsoft's, or one that is not imported: keep the policy in Entra ID for it"


@dataclass(frozen=True, slots=True)
class Around:
    """What policies name. `apps` are the keys of the imported apps by their application (client) IDs."""

    directory: Directory
    locations: Locations
    strengths: Mapping[str, AuthenticationStrength]
    apps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spared:
    """`condition`: when one condition of the policy certainly does not match. `is_whole`: it says no more than what is
    unknown matches; else the policy reaches further than it did.
    """

    condition: Condition
    is_whole: bool = True


def read_policy(node: Node, around: Around) -> Requirement | None:
    """What the policy comes to; None where nothing of it is for Limen. The report hears of every value of it."""
    mode = MODES.get(node.text("state"), Mode.ENFORCE)
    wider = Effect.WIDER if mode is Mode.ENFORCE else Effect.SAME
    conditions = node.child("conditions")
    if why := _nothing_for_limen(conditions, around):
        node.report.not_translated(node.path, why)
        return None
    grant = read_grant(node.child("grantControls"), around.strengths, wider)
    session = read_session(node.child("sessionControls"), wider)
    wanted = all_of(grant.condition, session.condition)
    if wanted == ALWAYS:
        node.report.not_translated(node.path, "nothing of what it asks for can be asked for in Limen", wider)
        return None
    title = node.text("displayName", "the title of the policy")
    who = read_people(conditions.child("users"), around.directory, node.text("id"), title, wider)
    apps = _apps(conditions.child("applications"), around)
    if who.included == NEVER or not apps:
        node.report.note(node.path, "there is nobody, or no app, that it is about now: nothing is written", Effect.SAME)
        return None
    spared = [*_spared(conditions, around), *_unknown_conditions(conditions)]
    if not who.is_told:
        spared.append(Spared(NEVER, is_whole=False))
    mode = _mode(node, mode, grant, spared)
    return _requirement(node, title, who, apps, [one.condition for one in spared], wanted, mode)


def _requirement(
    node: Node,
    title: str,
    who: PeopleNamed,
    apps: tuple[str, ...],
    spared: list[Condition],
    wanted: Condition,
    mode: Mode,
) -> Requirement:
    for name in ("templateId", "createdDateTime", "modifiedDateTime", "deletedDateTime"):
        node.report.left_out(node.at(name), "where the policy came from, and when it was changed")
    return Requirement(
        key=node.text("id", "what the policy is known by when it is imported again"),
        title=title,
        who=who.included,
        apps=apps,
        unless=tuple(one for one in (who.excluded, *spared, wanted) if one != NEVER),
        mode=mode,
    )


def _mode(node: Node, mode: Mode, grant: Wanted, spared: list[Spared]) -> Mode:
    """A policy that blocks and would reach further than it did only reports: nobody meant to lock these people out."""
    node.text("state", f"the policy is {mode}")
    if mode is not Mode.ENFORCE or not grant.is_block or all(one.is_whole for one in spared):
        return mode
    how = "it blocks where Limen can't tell when, so it is report-only: see whom it would refuse, then enforce it"
    node.report.approximated(node.at("state"), how, Effect.WIDER)
    return Mode.REPORT_ONLY


def _nothing_for_limen(conditions: Node, around: Around) -> str:
    """Why the whole policy has nothing to do in Limen; "" where it has."""
    programs = conditions.child("clientApplications")
    if programs.says("includeServicePrincipals") or programs.says("servicePrincipalFilter"):
        return "it is about programs, and no program gets access by this import: Limen's are its workloads"
    apps, users = conditions.child("applications"), conditions.child("users")
    if apps.says("includeUserActions"):
        return "it is about registering devices or ways to sign in, for which Limen has its own rules"
    if apps.says("includeAuthenticationContextClassReferences"):
        return "it is about an authentication context, which apps ask Entra ID for; none asks Limen"
    if not around.apps:
        return "no app is imported that it could be about"
    named = apps.words("includeApplications")
    if named == ("None",) or users.words("includeUsers") == ("None",):
        return "it applies to nothing or nobody"
    if named and "All" not in named and not set(named) & set(around.apps) and not apps.says("applicationFilter"):
        return _AT_MICROSOFT
    return ""


def _apps(node: Node, around: Around) -> tuple[str, ...]:
    """The keys of the imported apps that it is about."""
    if not node:
        node.report.note(node.path, "the export does not say which apps it is about: all of them", Effect.STRICTER)
        return tuple(sorted(around.apps.values()))
    included = node.words("includeApplications", "the apps that the policy is about")
    excluded = node.words("excludeApplications", "apps that the policy is not about")
    if [one for one in included if one not in around.apps and one != "All"]:
        node.report.approximated(node.at("includeApplications"), f"some are {_AT_MICROSOFT}", Effect.SAME)
    is_filtered = bool(chosen := node.child("applicationFilter"))
    if is_filtered:
        how = "the export does not say which apps have such attributes: the policy is about all of them"
        node.report.not_translated(chosen.path, how, Effect.STRICTER)
    is_all = "All" in included or is_filtered
    if is_all:
        how = "all apps that are imported: others in Limen, and Limen itself, keep the policies that they have"
        node.report.approximated(node.at("includeApplications"), how, Effect.SAME)
    meant = {key for app, key in around.apps.items() if is_all or app in included}
    return tuple(sorted(meant - {around.apps[one] for one in excluded if one in around.apps}))


def _spared(conditions: Node, around: Around) -> list[Spared]:
    found = [
        _clients(conditions),
        _platforms(conditions.child("platforms")),
        _places(conditions.child("locations"), around.locations),
        *_devices(conditions.child("devices")),
        _risk(conditions, "signInRiskLevels"),
        _risk(conditions, "userRiskLevels"),
        _flows(conditions.child("authenticationFlows")),
    ]
    return [one for one in found if one is not None]


def _unknown_conditions(conditions: Node) -> list[Spared]:
    """Of conditions that Limen can't look at the policy applies whatever they say."""
    unknown = [one for one in conditions.said() if one not in _CONDITIONS]
    for key in unknown:
        why = "Limen does not know this condition: the policy applies whatever it is"
        conditions.report.not_translated(conditions.at(key), why, Effect.STRICTER)
    return [Spared(NEVER, is_whole=False) for _ in unknown]


def _clients(node: Node) -> Spared | None:
    kinds = set(node.words("clientAppTypes", "everything that signs in"))
    if not kinds or "all" in kinds or (kinds >= _BY_PEOPLE and kinds & _LEGACY):
        return None
    where = node.at("clientAppTypes")
    if kinds <= _LEGACY:
        how = "nothing signs in to Limen without a browser but tokens that people make for programs: it is about those"
        node.report.approximated(where, how)
        return Spared(AtTheKeyboard())
    if kinds >= _BY_PEOPLE:
        node.report.translated(where, "whatever signs in")
        return None
    node.report.approximated(where, "browsers and apps on devices sign in the same way in Limen: it is about both")
    return Spared(NEVER, is_whole=False)


def _platforms(node: Node) -> Spared | None:
    included = [one.casefold() for one in node.words("includePlatforms")]
    excluded = [one.casefold() for one in node.words("excludePlatforms")]
    if not included:
        return None
    how = "by the platform of the enrolled device, not by what a browser says: an unknown one counts as each of them"
    for key in ("includePlatforms", "excludePlatforms"):
        node.report.approximated(node.at(key), how)
    off = frozenset(excluded) & set(PLATFORMS)
    others = frozenset(included) & set(PLATFORMS)
    is_known = "all" in included or others == set(included)
    spared = [on_platforms(off, is_one_of=True)] if off else []
    if "all" not in included and others:
        spared.append(on_platforms(others, is_one_of=False))
    return Spared(any_of(*spared), is_whole=is_known and off == set(excluded))


def _places(node: Node, locations: Locations) -> Spared | None:
    how = "by Limen's networks and countries; an unknown place counts as one that the policy is about"
    included, excluded = node.words("includeLocations", how), node.words("excludeLocations", how)
    if not included:
        return None
    missing = locations.unknown((*included, *excluded))
    if missing:
        how = "the export does not say where some of these locations are: requests from there count as if they were not"
        node.report.approximated(node.path, how)
        for key in ("includeLocations", "excludeLocations"):
            if set(node.words(key)) & missing:
                node.report.approximated(node.at(key), how)
    return Spared(any_of(locations.inside(excluded), locations.outside(included)), is_whole=not missing)


def _devices(node: Node) -> list[Spared]:
    chosen = node.child("deviceFilter")
    found = []
    if chosen:
        rule = chosen.text("rule", "by what Limen knows of the device")
        is_excluding = chosen.text("mode", "whether such devices are spared or meant") == "exclude"
        try:
            filtered = certainly(rule, matches=is_excluding)
        except FilterError:
            chosen.report.approximated(chosen.at("rule"), "the rule can't be read: the policy is about every device")
            return [Spared(NEVER, is_whole=False)]
        if not filtered.is_exact:
            how = "where Limen can't tell such devices apart, the policy is about every device"
            chosen.report.approximated(chosen.at("rule"), how)
        elif filtered.condition != NEVER:
            how = "what counts as healthy or managed says devices.yaml, where Intune and the directory did"
            chosen.report.approximated(chosen.at("rule"), how, Effect.WIDER)
        found.append(Spared(filtered.condition, is_whole=filtered.is_exact))
    for key in node.said():
        if key != "deviceFilter":
            how = "Limen does not know this condition: the policy is about every device"
            node.report.not_translated(node.at(key), how, Effect.STRICTER)
            found.append(Spared(NEVER, is_whole=False))
    return found


def _risk(node: Node, key: str) -> Spared | None:
    levels = set(node.words(key))
    if not levels:
        return None
    from_score = min(RISK_FROM.get(one, 0) for one in levels)
    is_whole = levels >= {one for one, score in RISK_FROM.items() if score >= from_score} and from_score > 0
    how = (
        f"at a score of {from_score} or more of Limen's own risk, and while that is unknown: it finds other things than"
        " Microsoft's"
    )
    node.report.approximated(node.at(key), how, Effect.WIDER)
    return Spared(RiskBelow(from_score) if from_score else NEVER, is_whole=is_whole)


def _flows(node: Node) -> Spared | None:
    methods = set(node.words("transferMethods", "by codes that devices show"))
    if not methods:
        return None
    how = "no imported app may sign people in by a code that a device shows, so there is nothing to refuse"
    node.report.approximated(node.at("transferMethods"), how, Effect.SAME)
    return Spared(ALWAYS)
