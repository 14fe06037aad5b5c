"""What can be told of an expression without matching: how long a match can be, and what each begins with."""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"(?P<empty>\\[bB]|\^|\$|\(\?[a-z]+\))|(?P<one>\\.|\[(?:\\.|[^\]\\])*\]|[^()|{}?*+])"
    r"|(?P<open>\((?:\?[a-z]*:)?)|(?P<close>\))|(?P<either>\|)"
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
