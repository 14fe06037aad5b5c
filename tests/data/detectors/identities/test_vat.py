"""VAT numbers as they stand on invoices."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors.identities import vat
from limen.data.model import Confidence
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner(vat.DETECTORS, key=KEY)


@pytest.mark.parametrize(
    "text", ["USt-IdNr. DE 136 695 976", "TVA FR40303265045", "VAT no ATU13585627", "BTW NL004495445B01"]
)
def test_it_is_found(text: str) -> None:
    assert _SCANNER.text(text.encode()).highest() == {"vat-number": Confidence.MEDIUM}


@pytest.mark.parametrize("text", ["DE136695977", "SE1234567890", "ATU1358562", "the DE version 136695976"])
def test_others_are_none(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings
