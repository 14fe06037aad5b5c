"""Authentication strengths: which ways to sign in are enough (Graph: *authenticationStrengthPolicy*)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.importing.conditions import Condition, Strength, WithSecurityKeys, all_of, any_of
from limen.importing.entra.nodes import Node
from limen.importing.report import Effect

PHISHING_RESISTANT: Final = frozenset({"windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"})
WITHOUT_PASSWORD: Final = PHISHING_RESISTANT | {"deviceBasedPush"}
SINGLE: Final = frozenset(
    {"password", "sms", "voice", "email", "federatedSingleFactor", "x509CertificateSingleFactor", "qrCodePin"}
)
_BUILT_IN: Final = {
    "00000000-0000-0000-0000-000000000002": 2,  # multifactor authentication
    "00000000-0000-0000-0000-000000000003": 3,  # passwordless multifactor authentication
    "00000000-0000-0000-0000-000000000004": 3,  # phishing-resistant multifactor authentication
}
"""What is enough for Microsoft's own, which are the same in every tenant."""
_OTHER_METHODS: Final = "two factors of whatever kind: Limen does not tell Microsoft's methods apart"
_STRICTER: Final = "a passkey: Limen has no other way without a password"


@dataclass(frozen=True, slots=True)
class AuthenticationStrength:
    """`combinations` are the ways that are enough, each as Graph writes it (`password,softwareOath`); `models` the
    AAGUIDs of the security keys that are, where they are named.
    """

    combinations: tuple[str, ...]
    models: tuple[str, ...] = ()


def read_policy(node: Node) -> tuple[str, AuthenticationStrength]:
    """One strength with what it takes, by its ID."""
    key = node.text("id", "what policies here name")
    for name in ("displayName", "description", "policyType", "requirementsSatisfied"):
        node.text(name, "said by what is required")
    combinations = node.words("allowedCombinations", "how strongly somebody has to sign in")
    models: list[str] = []
    for one in node.children("combinationConfigurations"):
        one.text("@odata.type", "which security keys are enough")
        one.text("id", "which security keys are enough")
        one.words("appliesToCombinations", "which security keys are enough")
        named = one.words("allowedAAGUIDs", "which models of security keys are enough")
        models += [each.lower() for each in named]
        if not named:
            why = "Limen does not tell certificates apart by who issued them"
            node.report.not_translated(one.path, why, Effect.WIDER)
    return key, AuthenticationStrength(combinations, tuple(models))


def read_strength(node: Node, known: Mapping[str, AuthenticationStrength], wider: Effect) -> Condition:
    """What a policy asks for that names a strength, with what it takes or by its ID alone."""
    key, told = read_policy(node)
    told = told if told.combinations else known.get(key, told)
    if not told.combinations and key in _BUILT_IN:
        return Strength(_BUILT_IN[key])
    if not told.combinations:
        node.report.approximated(node.at("id"), "the export does not say what it takes: a passkey is required")
        return Strength(3)
    least = least_of(told.combinations)
    where = node.at("allowedCombinations") if node.says("allowedCombinations") else node.at("id")
    if least == 3 and not set(told.combinations) <= PHISHING_RESISTANT:
        node.report.approximated(where, _STRICTER)
    elif least < 3:
        node.report.approximated(where, _OTHER_METHODS, wider)
    if not told.models:
        return Strength(least)
    by_key = all_of(Strength(3), WithSecurityKeys(told.models))
    others = tuple(one for one in told.combinations if one != "fido2")
    return any_of(by_key, Strength(least_of(others))) if _is_weaker(others) else by_key


def least_of(combinations: tuple[str, ...]) -> int:
    """The strength that is enough in Limen: that of the weakest way, and never less than it took.

    What can be done without any password is phishing-resistant in Limen, which has no other such way.
    """
    several = set(combinations)
    if not several or several <= WITHOUT_PASSWORD:
        return 3
    return 1 if several & SINGLE else 2


def _is_weaker(others: tuple[str, ...]) -> bool:
    """Whether there are ways beside a security key that don't need one."""
    return bool(set(others) - PHISHING_RESISTANT)
