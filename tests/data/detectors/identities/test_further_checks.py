"""Checks that python-stdnum has not; the others are held against it in the tests of each table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from limen.data.detectors.checksums import luhn, verhoeff
from limen.data.detectors.identities import further_checks as checks


def _luxembourg() -> bytes:
    """A number by the rule that its law states: a birthday, three digits, and two that check them."""
    begun = [int(digit) for digit in "19850412123"]
    first = next(digit for digit in range(10) if luhn([*begun, digit]))
    second = next(digit for digit in range(10) if verhoeff([*begun, digit]))
    return bytes(48 + digit for digit in (*begun, first, second))


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (checks.is_hu_tax, b"8071592153", b"8071592154"),
        (checks.is_lu_national_number, _luxembourg(), _luxembourg()[:-1] + b"x"),
        (checks.is_uk_driving_licence, b"MORGA657054SM9IJ", b"MORGA657994SM9IJ"),
        (checks.is_pl_identity_card, b"ABA300000", b"ABA400000"),
        (checks.is_be_identity_card, b"590-3304010-22", b"590-3304010-23"),
        (checks.is_de_physician, b"123456601", b"123456701"),
        (checks.is_de_tax_number, b"93/815/08152", b"93/815/0815"),
        (checks.has_digits_and_capitals, b"B072RRE2I55", b"12345678901"),
    ],
)
def test_right_and_wrong(check: Callable[[bytes], bool], right: bytes, wrong: bytes) -> None:
    assert check(right)
    assert not check(wrong.replace(b"x", bytes([48 + (right[-1] - 47) % 10])))


def test_the_sample_of_the_standard_of_passports() -> None:
    """ICAO 9303, part 4, the specimen of Utopia."""
    first = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    second = b"L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert checks.is_machine_readable_zone(first + b"\n" + second)
    assert not checks.is_machine_readable_zone(first + b"\n" + second.replace(b"740812", b"740813"))
