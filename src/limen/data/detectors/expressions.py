"""How expressions are put together, so that a long list of words reads as one.

Expressions match bytes of UTF-8. So a letter beyond ASCII is several bytes, stands in no class of characters, and has
two cases of which `(?i)` knows nothing.
"""

from __future__ import annotations

import re
from typing import Final

BEYOND_ASCII: Final = r"\x80-\xff"
"""For a class of characters: a byte of a letter beyond ASCII."""


def any_of(*forms: str) -> str:
    """One of these, each an expression by itself."""
    return f"(?:{'|'.join(forms)})"


def phrase(*forms: str) -> str:
    """One of these as whole words, in any case."""
    return rf"(?i)\b{any_of(*(in_any_case(form) for form in forms))}\b"


def in_any_case(form: str) -> str:
    """An expression whose letters beyond ASCII stand in both cases."""
    return "".join(letter if letter.isascii() else any_of(letter.lower(), letter.upper()) for letter in form)


_PIECE: Final = re.compile(
    r"(?P<empty>\\[bB]|\^|\$|\(\?[a-z]+\))|(?P<one>\\.|\[[^\]]*\]|[^()|{}?*+])|(?P<open>\((?:\?[a-z]*:)?)|(?P<close>\))|(?P<either>\|)"
)
_TIMES: Final = re.compile(r"\{(?:\d+,)?(\d+)\}|\?")


def longest_match(expression: str) -> int:
    """How many bytes a match has at most, of an expression that repeats nothing without end."""
    at, groups = 0, [[0]]
    while at < len(expression):
        piece = _PIECE.match(expression, at)
        if piece is None:
            raise ValueError(f"{expression!r} repeats without end")
        at, wide = piece.end(), 0
        if piece["open"]:
            groups.append([0])
            continue
        if piece["either"]:
            groups[-1].append(0)
            continue
        if piece["close"]:
            wide = max(groups.pop())
        elif piece["one"]:
            wide = len(piece["one"].encode()) if not piece["one"].isascii() and piece["one"][0] != "[" else 1
        times = _TIMES.match(expression, at)
        if times is not None:
            at = times.end()
            wide *= int(times[1] or 1)
            at += expression.startswith("?", at)
        groups[-1][-1] += wide
    return max(groups[0])


_LITERAL: Final = re.compile(r"(?:\\b)?(?:[A-Za-z0-9_:/~@=\"-]|\\[.$+])+(?![?*+{])")
_CLASS: Final = re.compile(r"(\[[^\]]+\])(?:\{(\d+)(?:,\d+)?\})?")
_LAST: Final = re.compile(r"(\\.|\[[^\]]*\]|.)\{(\d+),\d+\}$")
_ENOUGH, _MORE = 4, 8


def first_letters(expression: str) -> str:
    """What an expression begins with, where that tells much: every match of it begins with a match of this.

    Literal letters, four or more, and up to eight characters of the class behind them. Of an expression that begins
    otherwise it is all, its last repeat as short as it can be.
    """
    begun = _LITERAL.match(expression)
    if begun is None or len(begun[0].replace("\\b", "").replace("\\", "")) < _ENOUGH:
        return _shortest(expression)
    behind = _CLASS.match(expression, begun.end())
    if behind is None:
        return begun[0]
    return f"{begun[0]}{behind[1]}{{{min(int(behind[2] or 1), _MORE)}}}"


def _shortest(expression: str) -> str:
    """An expression whose last repeats are as short as they can be."""
    expression = expression.removesuffix(r"\b")
    while last := _LAST.search(expression):
        least = int(last[2])
        expression = expression[: last.start()] + (f"{last[1]}{{{least}}}" if least else "")
        if least:
            break
    return expression
