"""Names and addresses of people, one and in bulk."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors import people
from limen.data.model import Confidence
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner(people.DETECTORS, key=KEY)


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("signed by Anna Lindqvist", "person-name"),
        ("Jürgen Müller", "person-name"),
        ("Anna;Lindqvist;Hafenstraße 12;20095 Hamburg", "person-record"),
        ("Ben Okafor, 12 Harbour Street, Leeds", "person-record"),
        ("Thomas Weber, geb. 03.11.1987", "person-record"),
        ("Sarah Jones sarah@harbor.example", "person-record"),
        ("SW1A 1AA", "uk-postcode"),
        ("Springfield, IL 62704", "us-zip"),
    ],
)
def test_it_is_found(text: str, detector: str) -> None:
    assert detector in _SCANNER.text(text.encode()).unique()


@pytest.mark.parametrize(
    "text", ["Will Smithers asks", "the Anna", "anna lindqvist", "A1 1AAA", "Springfield, XX 62704"]
)
def test_ordinary_words_are_nothing(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings


def test_a_list_is_as_many_different_people() -> None:
    rows = "".join(f"Anna Berg{letter}mann;Hafenstraße 1;20095 Hamburg\n" for letter in "abcdefghijklmnopqrst")
    assert _SCANNER.text(rows.encode()).unique(Confidence.MEDIUM)["person-record"] == 20
