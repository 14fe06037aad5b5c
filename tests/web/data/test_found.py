"""What was found, as pages say it: kinds, numbers and places, the surest first, and no value."""

from __future__ import annotations

from limen.data.documents import Inspected, WhyNot
from limen.data.model import Confidence, Finding, Found
from limen.web.data.found import MOST_PLACES, UNREAD, kinds_found


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


def test_every_reason_why_something_is_unread_has_words() -> None:
    assert set(UNREAD) == set(WhyNot)
