"""Numbers of the United States and the United Kingdom, against python-stdnum."""

from __future__ import annotations

import pytest
from tests.data.detectors.identities.agreeing import agrees

from limen.data.detectors.every import DETECTORS


def test_they_agree() -> None:
    agrees("us-ssn", "us.ssn", "###-##-####")
    agrees("us-itin", "us.itin", "9##-##-####", wider=True)  # groups 50 to 65, which the IRS gives out since 2013
    agrees("us-ein", "us.ein", "##-#######")
    agrees("uk-nhs", "gb.nhs", "##########")
    agrees("uk-utr", "gb.utr", "##########")


@pytest.mark.parametrize(
    ("detector", "right", "wrong"),
    [
        ("us-dea", b"AP5836727", b"AP5836726"),
        ("us-npi", b"1234567893", b"1234567894"),
    ],
)
def test_numbers_that_are_published_as_samples(detector: str, right: bytes, wrong: bytes) -> None:
    check = DETECTORS[detector].check
    assert check is not None
    assert check(right)
    assert not check(wrong)
