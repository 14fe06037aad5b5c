"""What an issuer's word is worth."""

from __future__ import annotations

import pytest

from limen.facts import Issuer, StrengthRule

THERE = Issuer("there", "There", "https://idp.example", "limen")


@pytest.mark.parametrize(
    ("amr", "acr", "strength"),
    [
        ([], "", 1),
        (["pwd"], "", 1),
        (["pwd", "mfa"], "", 2),
        (["pwd", "mfa", "sms"], "", 1),
        (["tel", "mfa"], "", 1),
        ([], "phr", 3),
        ([], "phrh", 3),
        (["sms"], "phr", 3),
        ([], "urn:limen:strength:2", 2),
        ([], "urn:limen:strength:3", 1),
        (["hwk"], "0", 1),
    ],
)
def test_standard_words_count_for_what_they_mean(amr: list[str], acr: str, strength: int) -> None:
    assert THERE.strength(amr, acr) == strength


def test_a_companys_own_rules_replace_them_and_the_best_one_counts() -> None:
    rules = (StrengthRule(2, amr=("pwd", "otp")), StrengthRule(3, amr=("fido",), acr=("gold", "silver")))
    there = Issuer("there", "There", "https://idp.example", "limen", rules=rules)
    assert [there.strength(amr, "") for amr in (["mfa"], ["pwd"], ["otp", "pwd", "x"])] == [1, 1, 2]
    assert [there.strength(["fido"], acr) for acr in ("", "bronze", "silver")] == [1, 1, 3]
    assert there.strength(["fido", "pwd", "otp"], "gold") == 3
