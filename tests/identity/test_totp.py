"""Authenticator codes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pyotp
import pytest

from limen.identity.totp import matching_step, new_seed, offer

# RFC 6238 appendix B, the SHA-1 rows, last six digits
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_standards_own_codes_match(seconds: int, code: str) -> None:
    assert matching_step(SEED, code, seconds * 1_000) == seconds // 30


def test_a_clock_may_be_off_by_one_step_and_no_more() -> None:
    now = 1_800_000_000_000
    for steps in (-1, 0, 1):
        code = pyotp.TOTP(SEED).generate_otp(now // 30_000 + steps)
        assert matching_step(SEED, code, now) == now // 30_000 + steps
    for steps in (-2, 2, 100):
        assert matching_step(SEED, pyotp.TOTP(SEED).generate_otp(now // 30_000 + steps), now) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12345６", "-12345", "1" * 10_000])
def test_what_is_not_six_plain_digits_never_matches(code: str) -> None:
    assert matching_step(SEED, code, 59_000) is None


def test_spaces_are_how_people_type() -> None:
    assert matching_step(SEED, " 287 082 ", 59_000) == 1


def test_a_seed_has_160_random_bits() -> None:
    assert len(new_seed()) == 32
    assert new_seed() != new_seed()


def test_an_offer_shows_a_picture_that_a_strict_policy_lets_through_and_hides_its_seed() -> None:
    made = offer(SEED, "ada@harbor.example", "Harbor", "ticket")
    assert made.uri.startswith("otpauth://totp/Harbor:ada%40harbor.example?secret=" + SEED)
    assert made.seed.replace(" ", "") == SEED
    assert SEED not in repr(made)
    root = ET.fromstring(made.svg)
    assert all("style" not in element.attrib for element in root.iter())
    assert not any(element.tag.endswith(("script", "style")) for element in root.iter())
    assert "viewBox" in root.attrib
