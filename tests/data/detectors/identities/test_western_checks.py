"""Checks of numbers that python-stdnum has not; the others are held against it in `agreeing.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from limen.data.detectors.identities import western_checks as checks


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (checks.is_uk_nino, b"AB 12 34 56 C", b"GB 12 34 56 C"),
        (checks.is_de_social_security, b"15 070649 C 10 3", b"15 070649 C 10 4"),
        (checks.is_de_health_insurance, b"A123456780", b"A123456781"),
        (checks.is_de_identity_card, b"L01X00T471", b"L01X00T478"),
        (checks.is_us_ssn, b"219-09-9998", b"078-05-1120"),
    ],
)
def test_numbers_that_are_published_as_samples(check: Callable[[bytes], bool], right: bytes, wrong: bytes) -> None:
    assert check(right)
    assert not check(wrong)
