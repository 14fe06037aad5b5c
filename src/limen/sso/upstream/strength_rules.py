"""`strength:` of an issuer in `sign-in.yaml`: what its words are worth, and no rule that is wider than they prove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.problem import shown
from limen.facts import StrengthRule
from limen.facts.issuer import BY_PHONE, STANDARD_RULES, STANDARD_SAML_RULES
from limen.messages import lists

_ONE_FACTOR: Final = frozenset(
    {"pwd", "otp", "kba", "geo", "wia", "face", "fpt", "iris", "retina", "vbm", "pin", "user"}
)
"""Methods of RFC 8176 of which each proves one factor at most."""
_KNOWN: Final = frozenset({"pwd", "kba", "pin"})
_HELD: Final = frozenset({"otp"})
_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_MOST_OF_A_CLASS: Final = {
    **dict.fromkeys(
        (
            *(
                f"{_CLASSES}{one}"
                for one in (
                    "unspecified",
                    "Password",
                    "PasswordProtectedTransport",
                    "PreviousSession",
                    "InternetProtocol",
                    "InternetProtocolPassword",
                    "Kerberos",
                    "SecureRemotePassword",
                    "MobileOneFactorUnregistered",
                    "MobileOneFactorContract",
                    "Telephony",
                    "NomadTelephony",
                    "PersonalTelephony",
                    "AuthenticatedTelephony",
                )
            ),
            "urn:federation:authentication:windows",
            "https://refeds.org/profile/sfa",
        ),
        1,
    ),
    f"{_CLASSES}MobileTwoFactorUnregistered": 2,
    f"{_CLASSES}MobileTwoFactorContract": 2,
    f"{_CLASSES}TimeSyncToken": 2,
    "https://refeds.org/profile/mfa": 2,
    "http://schemas.microsoft.com/claims/multipleauthn": 2,
}
"""What SAML's classes prove at most (SAML Authentication Context, section 3.4; REFEDS profiles): what a class means
everywhere, no company's rule makes more of.
"""

Word = Annotated[str, Field(min_length=1, max_length=100)]


class Rule(BaseModel):
    """How strong a sign-in is by which the issuer says this."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    is_: Annotated[int, Field(ge=1, le=3, alias="is")]
    """1: one factor. 2: two distinct factors. 3: phishing-resistant multi-factor."""
    amr: Annotated[list[Word], Field(max_length=10)] = []
    """Methods that were all used (`amr`, RFC 8176)."""
    acr: Annotated[list[Word], Field(max_length=10)] = []
    """Contexts of which one was kept to (`acr`; by SAML `AuthnContextClassRef`)."""


def rules_of(written: Sequence[Rule] | None, *, is_saml: bool) -> tuple[StrengthRule, ...]:
    """The rules that count; without any of the company's own those of words that mean the same everywhere."""
    if written is None:
        return STANDARD_SAML_RULES if is_saml else STANDARD_RULES
    return tuple(StrengthRule(one.is_, tuple(one.amr), tuple(one.acr)) for one in written)


def rule_complaint(rule: Rule, *, is_saml: bool) -> tuple[str, str] | None:
    """What is wrong with a rule that would be wider than what its words prove."""
    methods = frozenset(rule.amr)
    if not rule.amr and not rule.acr:
        return "this rule covers every sign-in, whatever the issuer proves", "name `amr` or `acr`"
    if is_saml and rule.amr:
        return "SAML says no methods (`amr`)", "name contexts with `acr`"
    for context in rule.acr:
        if rule.is_ > (most := _MOST_OF_A_CLASS.get(context, 3)):
            return f"{shown(context)} proves strength {most} at most", f"write `is: {most}`"
    if rule.acr or rule.is_ == 1:
        return None
    if methods & BY_PHONE:
        return "a text message or a call is no second factor: numbers get taken over", "remove the rule"
    proved = 2 if "mfa" in methods or (methods & _KNOWN and methods & _HELD) else 1
    if methods <= _ONE_FACTOR | {"mfa"} and rule.is_ > proved:
        return f"{lists.joined(rule.amr)} proves strength {proved} at most", f"write `is: {proved}`"
    return None
