"""People and what is said of them."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors import personal
from limen.data.detectors.personal import is_phone
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner(personal.DETECTORS, key=KEY)


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("write to Ann.Lee@mail.harbor.example today", "email-address"),
        ("Tel. +49 (40) 123 45 67", "phone-number"),
        ("call (415) 555-0134", "phone-number-us"),
        ("Müllerstraße 12a, 20095 Hamburg", "street-address-de"),
        ("lives at 221 Old Baker Street", "street-address"),
        ("geboren am 03.11.1987", "birth-date"),
        ("Diagnose: F32.1", "diagnosis-code"),
        ("Frau Lee, Arbeitsunfähigkeit seit Montag", "health-term"),
        ("Bruttogehalt: 4.200,00 EUR", "salary"),
        ("VERGÜTUNG 4.200 EUR", "salary"),
        ("Diagnosis: E11", "diagnosis-code"),
        ("Herr Weber, Schlaganfall 2019", "health-term"),
        ("Lohnsteuer laufend 812,40 EUR, brutto € 4.200,00", "payslip"),
    ],
)
def test_it_is_found(text: str, detector: str) -> None:
    assert detector in _SCANNER.text(text.encode()).unique()


@pytest.mark.parametrize(
    "text", ["version F32.1 of the plan", "ann@localhost", "+0000000000", "the street of 12 houses", "gehaltvoll: 12"]
)
def test_ordinary_words_are_nothing(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings


def test_telephone_numbers_have_so_many_digits() -> None:
    assert is_phone(b"+49 40 1234567")
    assert not is_phone(b"+49 40")
    assert not is_phone(b"+49 40 1234 5678 9012 345")
