"""Characters that look like others, as those: digits of any script, letters of full width, Cyrillic that reads Latin.

This is to compare and to find, never to show or to keep: what is folded is no longer what was written.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

_LOOK_ALIKE: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеіјѕорсухԁԛԝҺһӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧανικορυχ",
        "ABESIJKMHOPCTYXaeijsopcyxdqwhhlABEZHIKMNOPTYXavikopux",
        strict=True,
    )
)
"""Cyrillic and Greek letters, and the Latin ones that they are drawn like (Unicode Technical Standard 39)."""

_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Korean that show nothing."""
OTHER_DIGITS: Final = tuple(one for one in map(chr, range(0x80, 0x20000)) if one.isdigit())
"""Digits of every script, in circles, raised and lowered."""


def folded(text: bytes) -> bytes:
    """A run of characters beyond ASCII as what it looks like; what is not UTF-8 stays."""
    try:
        return "".join(map(_folded, text.decode())).encode()
    except UnicodeDecodeError:
        return text


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    kind = unicodedata.category(character)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if (
        kind in {"Cf", "Mn", "Me"} or character in _FILLERS
    ):  # joiners, marks of direction, soft hyphens; marks on others
        return ""
    if kind == "Zs":
        return " "
    if kind == "Pd" or character == "\u2212":
        return "-"
    looks = _LOOK_ALIKE.get(character)
    if looks is not None:
        return looks
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isascii() else character
