"""Which finds count where several stand at one place."""

from __future__ import annotations

from tests.data.planted import scanner_of

from limen.data.model import Confidence, Finding
from limen.data.scanning.overlaps import distinct


def test_what_lies_within_a_surer_find_is_none() -> None:
    found = scanner_of("iban", "phone-number").text(b"DE89 3704 0044 0532 0130 00")
    assert set(found.unique()) == {"iban"}


def test_of_a_text_that_is_read_twice_the_surer_find_counts_once() -> None:
    surer, weaker = (Finding("iban", sure, 3, end, b"d") for sure, end in ((Confidence.HIGH, 25), (Confidence.LOW, 20)))
    elsewhere = Finding("iban", Confidence.LOW, 40, 62, b"e")
    assert distinct([surer, surer, weaker, elsewhere]) == [surer, elsewhere]
