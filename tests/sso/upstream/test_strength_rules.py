"""What an issuer's words are worth, and that no rule makes more of them."""

from __future__ import annotations

import pytest

from limen.facts.issuer import STANDARD_RULES, STANDARD_SAML_RULES
from limen.sso.upstream.strength_rules import Rule, rule_complaint, rules_of

CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def rule(strength: int, *, amr: tuple[str, ...] = (), acr: tuple[str, ...] = ()) -> Rule:
    return Rule.model_validate({"is": strength, "amr": list(amr), "acr": list(acr)})


@pytest.mark.parametrize(
    ("context", "most"),
    [
        (f"{CLASSES}PasswordProtectedTransport", 1),
        (f"{CLASSES}Kerberos", 1),
        (f"{CLASSES}unspecified", 1),
        ("urn:federation:authentication:windows", 1),
        ("https://refeds.org/profile/sfa", 1),
        ("https://refeds.org/profile/mfa", 2),
        ("http://schemas.microsoft.com/claims/multipleauthn", 2),
        (f"{CLASSES}MobileTwoFactorContract", 2),
        (f"{CLASSES}SmartcardPKI", 3),
        ("urn:example:gold", 3),
    ],
)
def test_a_class_proves_what_it_means_and_no_more(context: str, most: int) -> None:
    for strength in (1, 2, 3):
        for is_saml in (True, False):
            is_fine = rule_complaint(rule(strength, acr=(context,)), is_saml=is_saml) is None
            assert is_fine is (strength <= most), strength


def test_one_class_that_is_worth_less_spoils_a_rule() -> None:
    both = ("urn:example:gold", f"{CLASSES}Password")
    assert rule_complaint(rule(2, acr=both), is_saml=True) is not None


def test_saml_says_no_methods() -> None:
    assert rule_complaint(rule(2, amr=("mfa",)), is_saml=True) is not None
    assert rule_complaint(rule(2, amr=("mfa",)), is_saml=False) is None


def test_without_rules_words_count_that_mean_the_same_everywhere() -> None:
    assert rules_of(None, is_saml=False) == STANDARD_RULES
    assert rules_of(None, is_saml=True) == STANDARD_SAML_RULES
    assert [one.strength for one in rules_of([rule(3, acr=("gold",))], is_saml=True)] == [3]
    assert not any(one.amr for one in STANDARD_SAML_RULES)
