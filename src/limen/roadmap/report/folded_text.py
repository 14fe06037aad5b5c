"""Texts as they are compared when somebody's name is looked for: without case, accents and what nobody sees. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_LIKE: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
"""Letters that are no accented ones to Unicode, and are typed like these where a keyboard has none."""
_SPELLED_OUT: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_UNSEEN: Final = frozenset(("Mn", "Me", "Cf"))
_IDEOGRAPHIC: Final = ("CJK ", "HIRAGANA ", "KATAKANA ", "KATAKANA-", "HANGUL ", "BOPOMOFO ")


def folded(text: str) -> tuple[str, list[int]]:
    """The letters as they are compared, and from which place in the text each is; a place more, for where it ends."""
    letters: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(text):
        for one in _folded_char(char):
            letters.append(one)
            origins.append(at)
    return "".join(letters), [*origins, len(text)]


def bare(text: str) -> str:
    """The letters alone."""
    return text.lower() if text.isascii() else "".join(one for char in text for one in _folded_char(char))


def spellings(part: str) -> Iterator[str]:
    """A part of a name in every way in which it is typed, each bare: Jörg, Joerg, Jorg."""
    whole = unicodedata.normalize("NFC", part).casefold()
    spelled_out = "".join(_SPELLED_OUT.get(char, char) for char in whole)
    plain = bare(whole)
    yield plain
    yield bare(spelled_out)
    for typed, letter in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")):
        if typed in plain:
            yield plain.replace(typed, letter)


def seen(text: str) -> str:
    """The text as people read it: without marks that stand above and below letters, and without what nobody sees."""
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFD", text) if unicodedata.category(one) not in _UNSEEN)


def is_ideographic(char: str) -> bool:
    """Whether it is of a script whose words follow each other without spaces, and whose names have two signs."""
    return char.isalnum() and unicodedata.name(char, "").startswith(_IDEOGRAPHIC)


def _folded_char(char: str) -> str:
    if char.isascii():
        return char.lower()
    found = unicodedata.normalize("NFKD", char).casefold()
    return "".join(_LIKE.get(one, one) for one in found if unicodedata.category(one) not in _UNSEEN)
