"""`resources` of a rule: regular expressions over path and query, as patterns of paths that Limen has.

Only forms whose meaning is plain are taken. What an expression surely fits and what it may fit are told apart: Limen
looks at whole segments of the path, at no query, and at no slash at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from limen.importing.paths import EVERYTHING, is_pattern

MOST_ALTERNATIVES: Final = 32
LONGEST: Final = 500
_EVERY: Final = frozenset({"", "^", ".*", "^.*", ".*$", "^.*$", "^/", "^/.*", "^/.*$"})
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}")
_LITERAL_ESCAPES: Final = frozenset("./-_~!&'(),;=:@+*?$|[]{}^")
_REST_OR_QUERY: Final = frozenset({"([/?].*)?$", "(?:[/?].*)?$", "([\\/?].*)?$", "([?/].*)?$"})
_BELOW: Final = frozenset({"/.+", "/.+$", "[/?].*", "[/?].*$", "(/.*)?$", "(?:/.*)?$", "/.*", "/.*$", "/"})
_ANY_END: Final = frozenset({"", ".*", ".*$"})


@dataclass(frozen=True, slots=True)
class Paths:
    """The patterns whose requests an expression fits, each of them, and those of which it may fit some."""

    surely: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()

    @property
    def is_exact(self) -> bool:
        return not self.maybe

    @property
    def patterns(self) -> frozenset[str]:
        return self.surely | self.maybe


ANYTHING: Final = Paths(frozenset({EVERYTHING}))
UNKNOWN: Final = Paths(maybe=frozenset({EVERYTHING}))


def read_resource(text: str) -> Paths:
    """What one expression fits."""
    if text in _EVERY:
        return ANYTHING
    if not text.startswith("^/") or len(text) > LONGEST:
        return UNKNOWN
    surely: set[str] = set()
    maybe: set[str] = set()
    alternatives = list(_literals(text[1:]))
    if not alternatives:
        return UNKNOWN
    for prefix, end in alternatives:
        found = _one(prefix, end)
        surely |= found.surely
        maybe |= found.maybe
    return Paths(frozenset(surely), frozenset(maybe - surely))


def _one(prefix: str, end: str) -> Paths:
    """What a literal beginning fits, followed by `end`."""
    if prefix.endswith("/") and len(prefix) > 1 and end in _ANY_END:
        prefix, end = prefix[:-1], "/"
    bare = prefix.rstrip("/") if len(prefix) > 1 else prefix
    if not is_pattern(bare) or "*" in bare or prefix.endswith("//"):
        return UNKNOWN
    if end in _REST_OR_QUERY:
        if prefix == "/":
            return Paths(frozenset({"/"}))
        return Paths(maybe=frozenset({bare})) if prefix.endswith("/") else Paths(frozenset({_below(bare)}))
    if end in _BELOW:
        return _under(bare)
    if end in _ANY_END:
        if bare == "/":
            return ANYTHING
        return Paths(frozenset({_below(bare)}), frozenset({_below(bare.rpartition("/")[0])}))
    if end == "$":
        return Paths(maybe=frozenset({bare}))
    if bare == "/" and end in {"(\\?.*)?$", "(?:\\?.*)?$"}:
        return Paths(frozenset({"/"}))
    return UNKNOWN if "|" in end else Paths(maybe=frozenset({_below(bare.rpartition("/")[0])}))


def _under(bare: str) -> Paths:
    """Everything below; whether the place itself is among it, a slash or a query decides."""
    return Paths(frozenset({f"{bare.rstrip('/')}/*/**"}), frozenset({_below(bare)}))


def _below(path: str) -> str:
    return f"{path.rstrip('/')}/**"


def _literals(text: str) -> Iterator[tuple[str, str]]:
    """The literal beginnings of an expression, alternatives `(a|b)` written out, each with what follows; nothing where
    they are too many.
    """
    parts: list[list[str]] = []
    at = 0
    while at < len(text):
        group = re.match(r"\((?:\?:)?((?:[A-Za-z0-9_-]+\|)+[A-Za-z0-9_-]+)\)", text[at:])
        if group is not None and text[at + group.end() : at + group.end() + 1] not in set("?*+{"):
            parts.append(group[1].split("|"))
            at += group.end()
            continue
        letter, step = _letter(text, at)
        if not step or text[at + step : at + step + 1] in set("?*+{") - {""}:
            break
        parts.append([letter])
        at += step
    count = 1
    for one in parts:
        count *= len(one)
    if count <= MOST_ALTERNATIVES:
        yield from (("".join(words), text[at:]) for words in product(*parts))


def _letter(text: str, at: int) -> tuple[str, int]:
    """The literal letter at this place and how many letters write it; 0 where there is none."""
    if text[at] == "\\":
        following = text[at + 1 : at + 2]
        return (following, 2) if following and following in _LITERAL_ESCAPES else ("", 0)
    return (text[at], 1) if text[at] not in _SPECIAL else ("", 0)
