"""Passports and licences: found with a word beside them, and nothing without."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors.identities import documents
from limen.data.model import Confidence
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner(documents.DETECTORS, key=KEY)


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("Reisepass C01X00T47", "eu-passport"),
        ("passport number 123456789", "uk-passport"),
        ("Passeport no 12AB34567", "eu-passport"),
        ("driving licence MORGA657054SM9IJ", "uk-driving-licence"),
        ("Driver's license: D1234567, driver license", "us-driving-licence"),
        ("Führerschein B072RRE2I55", "de-driving-licence"),
        ("dowód osobisty ABA300000", "pl-identity-card"),
        ("Personalausweis L01X00T471", "de-identity-card"),
    ],
)
def test_it_is_found_beside_a_word(text: str, detector: str) -> None:
    assert _SCANNER.text(text.encode()).highest()[detector] is Confidence.HIGH


@pytest.mark.parametrize("text", ["order 123456789", "C01X00T47", "ABA300000 and D1234567"])
def test_it_is_nothing_without(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings
