"""Hints: what is to be undone is told, and what ordinary text has is not."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest

from limen.data.normalising.hints import HINTS, is_hint


def _told(text: bytes) -> bool:
    return any(is_hint(at, text, found.end()) for at, hint in enumerate(HINTS) for found in re.finditer(hint, text))


@pytest.mark.parametrize(
    "text", ["4%31", "&#52;", "４", "a\u200bb", "pаss", "1\u00a0234", "\\u0034", "x,y 4111+1111+1", "ann%40harbor"]
)
def test_it_is_told(text: str) -> None:
    assert _told(text.encode())


def test_runs_that_hold_text_are_told() -> None:
    assert _told(b64encode(b"a letter of some length, and more"))
    assert not _told(b"d41d8cd98f00b204e9800998ecf8427ed41d8cd9")


@pytest.mark.parametrize(
    "text", ["100 %", "a%20b%2Fc", "q=1&amp;r=2", "Größe", "привет", "x + 1", "\\u00e4", "12\u00a0€", "&copy; 2026"]
)
def test_ordinary_text_tells_of_nothing(text: str) -> None:
    assert not _told(text.encode())
