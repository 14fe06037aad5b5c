"""Words near a find: whole ones, in any case, umlauts in any spelling."""

from __future__ import annotations

import pytest

from limen.data.scanning.words import Words

_WORDS = Words(("lic", "credit card", "prüfziffer"))


@pytest.mark.parametrize(
    "text",
    [
        "LIC 5",
        "lic",
        "credit-cards",
        "Credit  Card:",
        "credit_card",
        "Prüfziffer",
        "PRÜFZIFFER",
        "pruefziffern",
        "pru\u0308fziffer",
    ],
)
def test_whole_words_in_any_case(text: str) -> None:
    assert _WORDS.are_in(text.encode())


@pytest.mark.parametrize(
    "text", ["duplicate", "2lic5", "licence", "creditcardholder", "credit of the card", "Prüfzifferung", ""]
)
def test_parts_of_words_are_none(text: str) -> None:
    assert not _WORDS.are_in(text.encode())


def test_a_word_that_an_end_of_the_piece_cuts_is_none() -> None:
    text = b"x credit card, licence"
    for start, end, is_there in ((0, 13, True), (0, 12, False), (2, 13, True), (3, 13, False), (15, 18, False)):
        assert _WORDS.are_in(text, start, end) is is_there


def test_a_word_with_a_capital_counts_as_it_is_written() -> None:
    words = Words(("EIN", "employer"))
    assert words.are_in(b"EIN 12")
    assert words.are_in(b"EMPLOYER 12")
    assert not words.are_in(b"ein 12")
