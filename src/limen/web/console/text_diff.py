"""Two texts as the lines that differ between them, each with a mark and a word for it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 2_000
"""Of each text; comparing takes time in the square of it."""
AROUND: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """`mark`: plus · minus · same · at (a place between). `word` is what the mark says to those who can't see it."""

    mark: str
    sign: str
    word: str
    text: str


def diff_lines(before: str, after: str) -> list[Line]:
    """What became of `before`: removed and added lines, with a few of those around them."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    compared = list(difflib.unified_diff(old, new, n=AROUND, lineterm=""))[2:]  # without the names of two files
    return [_line(one) for one in compared]


def _line(text: str) -> Line:
    sign, rest = text[:1], text[1:]
    if sign == "+":
        return Line("plus", "+", "added", rest)
    if sign == "-":
        return Line("minus", "−", "removed", rest)
    if sign == "@":
        return Line("at", "", "", text)
    return Line("same", " ", "", rest)
