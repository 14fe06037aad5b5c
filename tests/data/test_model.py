"""What was found, counted: different values, and how sure."""

from __future__ import annotations

from limen.data.model import Confidence, Finding, Found

_FOUND = Found(
    (
        Finding("iban", Confidence.HIGH, 0, 22, b"a"),
        Finding("iban", Confidence.HIGH, 30, 52, b"a"),
        Finding("iban", Confidence.LOW, 60, 82, b"b"),
    )
)


def test_a_value_that_comes_again_is_counted_once() -> None:
    assert _FOUND.unique() == {"iban": 2}
    assert _FOUND.unique(Confidence.MEDIUM) == {"iban": 1}


def test_the_surest_find_counts() -> None:
    assert _FOUND.highest() == {"iban": Confidence.HIGH}
    assert Found().highest() == {}
