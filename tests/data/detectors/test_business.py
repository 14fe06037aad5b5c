"""What a business keeps to itself."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors import business
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner(business.DETECTORS, key=KEY)


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("Strictly Confidential", "confidentiality-marking"),
        ("GESCHÄFTSGEHEIMNIS", "confidentiality-marking"),
        ("This Agreement is made between the parties", "contract-clause"),
        ("Kündigungsfrist: drei Monate", "contract-clause"),
        ("def pay(person: str) -> None:\n    ...", "source-code"),
        ("#include <stdio.h>", "source-code"),
        ("SELECT name, pay FROM people", "source-code"),
        ("#!/bin/bash", "source-code"),
        ("Wettbewerbsverbot nach Vertragsende", "contract-clause"),
    ],
)
def test_it_is_found(text: str, detector: str) -> None:
    assert detector in _SCANNER.text(text.encode()).unique()


@pytest.mark.parametrize("text", ["confidentially", "we agree", "the class of 2026 (and its teachers)", "Fristen"])
def test_ordinary_words_are_nothing(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings
