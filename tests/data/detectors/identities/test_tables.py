"""How a table of numbers is read."""

from __future__ import annotations

from limen.data.detectors.identities.tables import numbers
from limen.data.model import Confidence, Kind


def test_columns() -> None:
    first, second = numbers(
        Kind.TAX,
        r"""
a-number | A number | low | \d{4} | word, two words
b-number | B number | high | (?:a|b)\d |
""",
    )
    assert (first.id, first.alone, first.words) == ("a-number", Confidence.LOW, ("word", "two words"))
    assert (second.expression, second.words) == (r"\b(?:a|b)\d\b", ())
    (third,) = numbers(Kind.TAX, r"c-number | C number | - | \d | word", surest=Confidence.MEDIUM)
    assert (third.alone, third.beside_words) == (None, Confidence.MEDIUM)
