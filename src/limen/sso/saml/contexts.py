"""How somebody proved who they are, in the words of SAML: what an app may ask for, and what it is told. Pure.

Classes that an app asks for only ever tighten: who proved more than that is let in, and the class that was asked for is
stated, since it is met. Unasked, the truest of the words that apps know is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from limen.facts import Auth, Factor

_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
UNSPECIFIED: Final = f"{_CLASSES}unspecified"
PASSWORD: Final = f"{_CLASSES}PasswordProtectedTransport"
MFA: Final = "https://refeds.org/profile/mfa"
"""REFEDS Multi-Factor Authentication Profile."""
STRENGTHS: Final = {
    UNSPECIFIED: 0,
    f"{_CLASSES}Password": 1,
    PASSWORD: 1,
    "https://refeds.org/profile/sfa": 1,
    "urn:limen:strength:1": 1,
    f"{_CLASSES}MobileTwoFactorContract": 2,
    "http://schemas.microsoft.com/claims/multipleauthn": 2,
    MFA: 2,
    "urn:limen:strength:2": 2,
    "phr": 3,
    "phrh": 3,
}
"""The strength that satisfies a class. `phr` and `phrh` are those of OpenID Connect EAP ACR Values 1.0."""
COMPARISONS: Final = ("exact", "minimum", "maximum", "better")


def strength_wanted(classes: Sequence[str], comparison: str) -> int | None:
    """The least strength that satisfies one of these (SAML Core section 3.3.2.2.1); None where nothing can."""
    known = [STRENGTHS[one] for one in classes if one in STRENGTHS]
    if not classes:
        return 0
    if not known:
        return None
    if comparison == "better":
        return max(known) + 1 if max(known) < max(STRENGTHS.values()) else None
    return min(known)


def stated(auth: Auth, classes: Sequence[str], comparison: str) -> str:
    """The class that an assertion states for this proof."""
    met = [one for one in classes if STRENGTHS.get(one, auth.strength + 1) <= auth.strength]
    if comparison == "better" or not met:
        return _unasked(auth)
    return met[0] if comparison == "exact" else max(met, key=STRENGTHS.__getitem__)


def _unasked(auth: Auth) -> str:
    if auth.strength >= 2:
        return MFA
    return PASSWORD if Factor.PASSWORD in auth.factors else UNSPECIFIED
