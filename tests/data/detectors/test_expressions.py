"""Expressions put together from words."""

from __future__ import annotations

import re

from limen.data.detectors.expressions import BEYOND_ASCII, any_of, in_any_case, phrase


def test_words_beyond_ascii_have_two_cases() -> None:
    sought = re.compile(phrase("kündigung", "frist").encode())
    assert sought.search("KÜNDIGUNG und".encode())
    assert sought.search(b"Frist")
    assert not sought.search(b"Fristen")
    assert in_any_case("aß") == "a(?:ß|SS)"


def test_a_class_takes_bytes_beyond_ascii() -> None:
    assert re.fullmatch(rf"[a-z{BEYOND_ASCII}]+".encode(), "größe".encode())
    assert any_of("a", "b") == "(?:a|b)"
