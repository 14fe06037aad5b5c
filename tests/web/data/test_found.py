"""What was found, as pages say it: kinds, numbers and places, the surest first, and no value."""

from __future__ import annotations

from limen.data.documents import Inspected, WhyNot
from limen.data.model import Confidence, Finding, Found
from limen.web.data.found import MOST_PLACES, UNREAD, kinds_found, place_said


def _finding(detector: str, digest: bytes, confidence: Confidence = Confidence.HIGH) -> Finding:
    return Finding(detector, confidence, 0, 1, digest)


def test_kinds_are_said_with_numbers_and_places() -> None:
    cards = [_finding("payment-card", bytes([one])) for one in range(8)]
    found = Found((_finding("email", b"a", Confidence.LOW), *cards))
    where = ("page 1", *(f"page {one}" for one in range(8)))
    first, second = kinds_found(Inspected("pdf", found, where), {"payment-card": "Payment card"})
    assert (first.name, first.number, first.confidence) == ("Payment card", 8, "high")
    assert first.places == tuple(f"page {one}" for one in range(MOST_PLACES))
    assert (second.name, second.number, second.confidence, second.places) == ("email", 1, "low", ("page 1",))


def test_places_are_said_in_the_readers_language_and_names_in_them_are_not() -> None:
    german = {"page": "Seite", "line": "Zeile", "row": "Zeile", "sheet": "Blatt"}.__getitem__
    for place, said in (
        ("page 3", "Seite 3"),
        ("sheet line 4, row 12", "Blatt line 4, Zeile 12"),
        ("page 1.docx / page 2, line 7", "page 1.docx / Seite 2, Zeile 7"),
        ("a page of ours", "a page of ours"),
    ):
        assert place_said(place, german) == said


def test_every_reason_why_something_is_unread_has_words() -> None:
    assert set(UNREAD) == set(WhyNot)
