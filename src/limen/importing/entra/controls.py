"""What a conditional access policy asks for: its grant controls and the controls of the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    ConfirmedWithin,
    HealthyDevice,
    ManagedDevice,
    Strength,
    all_of,
    any_of,
)
from limen.importing.entra.nodes import Node
from limen.importing.entra.strengths import AuthenticationStrength, read_strength
from limen.importing.report import Effect

_EVERY_TIME_MINUTES: Final = 5
"""Entra ID asks anew each time, and lets pass what is five minutes old."""
_MINUTES: Final = {"hours": 60, "days": 24 * 60}
_KNOWN: Final[Mapping[str, Condition]] = {
    "mfa": Strength(2),
    "compliantDevice": HealthyDevice(),
    "domainJoinedDevice": ManagedDevice(),
}
_MEASURED: Final = {
    "compliantDevice": "devices.yaml says what a healthy device is, where Intune's compliance policies did",
    "domainJoinedDevice": "a device that Limen counts as managed, where it had to be joined to the directory",
}
_NOT_IN_LIMEN: Final = {
    "approvedApplication": "Limen does not know from which mobile app somebody signs in",
    "compliantApplication": "Limen does not know of app protection policies",
    "passwordChange": "Limen asks nobody to change a password within a sign-in",
    "riskRemediation": "nobody remedies a risk by themselves in Limen",
    "termsOfUse": "Limen asks nobody to agree to terms",
    "customAuthenticationFactors": "controls of other makers can be asked for by Entra ID alone",
}
_UNKNOWN: Final = "the importer does not know this control"
_OTHERS: Final = frozenset({"builtInControls", "operator", "authenticationStrength"})
_NOT_MORE: Final = "Limen decides every request anew, and refuses where it can't"
_ALREADY: Final = frozenset({"continuousAccessEvaluation", "disableResilienceDefaults"})
_SESSIONS: Final = {
    "applicationEnforcedRestrictions": "only Microsoft's own apps enforce what Entra ID tells them",
    "cloudAppSecurity": "sessions are not led through Defender for Cloud Apps",
    "secureSignInSession": "tokens are bound to devices by Entra ID alone; Limen has `context.device.binding` for it",
    "globalSecureAccessFilteringProfile": "Limen does not lead traffic through Global Secure Access",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`condition` has to hold. `is_block`: nobody gets in. `is_nothing`: nothing of it can be asked for in Limen."""

    condition: Condition
    is_block: bool = False
    is_nothing: bool = False


def read_grant(node: Node, strengths: Mapping[str, AuthenticationStrength], wider: Effect) -> Wanted:
    """What the grant controls ask for.

    A control that Limen can't ask for is left away where all are required, and is no way in where one of several is.
    `wider` is what it does to leave one away: nothing where the policy is not enforced.
    """
    built_in = node.words("builtInControls", "required by the policy")
    if "block" in built_in:
        node.text("operator", "nothing else can help")
        return Wanted(NEVER, is_block=True)
    is_any = node.text("operator", "how the controls go together") == "OR"
    found = [_KNOWN[one] for one in built_in if one in _KNOWN]
    if strength := node.child("authenticationStrength"):
        found.append(read_strength(strength, strengths, wider))
    others = [one for one in node.said() if one not in _OTHERS]
    missing = [*(one for one in built_in if one not in _KNOWN), *others]
    effect = Effect.STRICTER if is_any and found else wider
    for key in others:
        node.report.not_translated(node.at(key), _NOT_IN_LIMEN.get(key, _UNKNOWN), effect)
    said = [_MEASURED[one] for one in built_in if one in _MEASURED]
    lacks = [_NOT_IN_LIMEN.get(one, _UNKNOWN) for one in built_in if one not in _KNOWN]
    if lacks or said:
        node.report.approximated(node.at("builtInControls"), "; ".join([*said, *lacks]), wider if said else effect)
    if not found:
        return Wanted(ALWAYS, is_nothing=bool(missing))
    return Wanted(any_of(*found) if is_any else all_of(*found))


def read_session(node: Node, wider: Effect) -> Wanted:
    """What the controls of the session ask for."""
    found: list[Condition] = []
    missing = False
    for key in node.said():
        one, where = node.child(key), node.at(key)
        if key in _ALREADY:
            one.text("mode", _NOT_MORE)
            node.flag(key, _NOT_MORE)
        elif one and not one.flag("isEnabled", unsaid=True):
            node.report.left_out(where, "it is switched off")
        elif key == "signInFrequency":
            found.append(_frequency(one))
        elif key == "persistentBrowser":
            _persistent(one)
        else:
            missing = True
            node.report.not_translated(where, _SESSIONS.get(key, _UNKNOWN), wider)
    return Wanted(all_of(*found), is_nothing=missing and not found)


def _frequency(node: Node) -> Condition:
    node.flag("isEnabled", "a confirmation that is recent enough is required")
    every = node.text("frequencyInterval", "how recent it has to be")
    unit = node.text("type", "how recent it has to be")
    value = int(node.number("value", "how recent it has to be"))
    if node.text("authenticationType", "any confirmation counts in full") == "secondaryAuthentication":
        how = "Limen has one moment of confirmation, not one for each factor"
        node.report.approximated(node.at("authenticationType"), how)
    if every == "everyTime" or unit not in _MINUTES or value < 1:
        how = f"each sign-in: a confirmation of the last {_EVERY_TIME_MINUTES} minutes"
        node.report.approximated(node.at("frequencyInterval"), how)
        return ConfirmedWithin(_EVERY_TIME_MINUTES)
    return ConfirmedWithin(value * _MINUTES[unit])


def _persistent(node: Node) -> None:
    node.flag("isEnabled", "sessions end with the browser")
    mode = node.text("mode", "sessions end with the browser, as they do in Limen")
    if mode != "never":
        node.report.approximated(node.at("mode"), "sessions in Limen end with the browser")
