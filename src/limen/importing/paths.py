"""Patterns of paths, as apps.yaml has them, held against each other: which of them hold all that others do.

`*` is one segment, a last `**` any rest. Of several that fit a request Limen names the first of the same action.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from limen.company.routes import RouteError, read_route

EVERYTHING: Final = "/**"
_REST: Final = "**"
_ONE: Final = "*"


def is_pattern(text: str) -> bool:
    """Whether apps.yaml takes it."""
    try:
        read_route(f"ANY {text}")
    except RouteError:
        return False
    return not re.search(r"\s", text)


def covers(wide: str, narrow: str) -> bool:
    """Whether every path that `narrow` fits, `wide` fits as well."""
    (some, has_rest), (others, others_have_rest) = _segments(wide), _segments(narrow)
    if others_have_rest and not has_rest:
        return False
    if len(some) > len(others) or (len(some) < len(others) and not has_rest):
        return False
    return all(one in {_ONE, other} for one, other in zip(some, others, strict=False))


def are_disjoint(one: str, other: str) -> bool:
    """Whether no path fits both."""
    (some, has_rest), (others, others_have_rest) = _segments(one), _segments(other)
    if len(some) > len(others) and not others_have_rest:
        return True
    if len(others) > len(some) and not has_rest:
        return True
    return any(a != b and _ONE not in {a, b} for a, b in zip(some, others, strict=False))


def ordered(patterns: Iterable[str]) -> tuple[str, ...]:
    """Each once, what another one covers before it; the whole app last."""
    every = {one for one in patterns if one != EVERYTHING}
    return (*sorted(every, key=_precedence), EVERYTHING)


def _precedence(pattern: str) -> tuple[int, int, tuple[int, ...], str]:
    """Deeper ones first, exact ends before any rest, words before `*`: whatever is covered stands before its cover."""
    segments, has_rest = _segments(pattern)
    return -len(segments), has_rest, tuple(one == _ONE for one in segments), pattern


def _segments(pattern: str) -> tuple[tuple[str, ...], bool]:
    segments = tuple(one for one in pattern.split("/") if one)
    return (segments[:-1], True) if segments[-1:] == (_REST,) else (segments, False)
