"""How long matches can be, against Python's own parser, and what they begin with."""

from __future__ import annotations

from re import _parser  # type: ignore[attr-defined]

import pytest

from limen.data.detectors.every import DETECTORS
from limen.data.detectors.measuring import first_letters, longest_match


def test_how_long_a_match_can_be() -> None:
    for one in DETECTORS.values():
        expression = one.expression.removeprefix("(?m)^")
        assert longest_match(expression) == _parser.parse(expression.encode()).getwidth()[1], one.id
    with pytest.raises(ValueError, match="a"):
        longest_match("a+")


def test_what_an_expression_begins_with() -> None:
    assert first_letters(r"\bglpat-[a-z]{20,64}") == r"\bglpat-[a-z]{8}"
    assert first_letters(r"\bSK[0-9a-f]{32}\b") == r"\bSK[0-9a-f]{32}"
    assert first_letters(r"[ab]c{2,9}") == r"[ab]c{2}"
    assert first_letters(r"[ab]{2,9}={0,2}") == r"[ab]{2}"
    assert first_letters(r"words?[a-z]") == r"word"
