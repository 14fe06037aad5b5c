"""Expressions put together from words."""

from __future__ import annotations

import re

from limen.data.detectors.expressions import BEYOND_ASCII, any_of, first_letters, in_any_case, phrase


def test_words_beyond_ascii_have_two_cases() -> None:
    sought = re.compile(phrase("kündigung", "frist").encode())
    assert sought.search("KÜNDIGUNG und".encode())
    assert sought.search(b"Frist")
    assert not sought.search(b"Fristen")
    assert in_any_case("aß") == "a(?:ß|SS)"


def test_a_class_takes_bytes_beyond_ascii() -> None:
    assert re.fullmatch(rf"[a-z{BEYOND_ASCII}]+".encode(), "größe".encode())
    assert any_of("a", "b") == "(?:a|b)"


def test_what_an_expression_begins_with() -> None:
    assert first_letters(r"\bglpat-[a-z]{20,64}") == r"\bglpat-[a-z]{8}"
    assert first_letters(r"\bSK[0-9a-f]{32}\b") == r"\bSK[0-9a-f]{32}"
    assert first_letters(r"[ab]c{2,9}") == r"[ab]c{2}"
    assert first_letters(r"[ab]{2,9}={0,2}") == r"[ab]{2}"
    assert first_letters(r"words?[a-z]") == r"word"
