"""Words near a find that make it surer: whole words, in English and German alike.

They count in any case. One that is declared with a capital counts as it is written: EIN is a number, *ein* is German.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import normalize

from limen.data.detectors.expressions import compiled, in_any_case

_LETTERS: Final = rb"A-Za-z\x80-\xff"
_SEPARATED: Final = rb"[\s_./-]{0,3}"
"""What may stand between the words of one term."""
_ENDINGS: Final = rb"(?i:s|n|en|e|es)?"
"""What English and German put behind a noun for its plural."""


class Words:
    """Whether one of some words is in a piece of text."""

    def __init__(self, words: Sequence[str]) -> None:
        forms = _one_of(word for word in words if word.islower()), _one_of(word for word in words if not word.islower())
        in_any_case, as_written = (rb"|".join(one) for one in forms)
        either = (
            b"(?:"
            + b"|".join(one for one in (b"(?i:" + in_any_case + b")" if in_any_case else b"", as_written) if one)
            + b")"
        )
        self.rough = rb"(?:^|[^0-9" + _LETTERS + rb"])" + either + _ENDINGS + rb"(?:[^" + _LETTERS + rb"]|$)"
        """Hyperscan finds this wherever one of them is, and the byte behind it."""
        self._any = compiled(self.rough)

    def are_in(self, text: bytes, start: int = 0, end: int | None = None) -> bool:
        """Whether one of them lies between these places: within other words they don't count ("lic" is not in
        "duplicate"), nor where an end of the piece cuts a longer word.
        """
        until = len(text) if end is None else end
        return self._any.search(text, max(start - 1, 0), until + 1) is not None


def _one_of(words: Iterable[str]) -> list[bytes]:
    """The forms of these words, the longest first."""
    return sorted({form for word in words for form in _forms(word)}, key=lambda form: (-len(form), form))


def _forms(word: str) -> set[bytes]:
    """A word as expressions of UTF-8: any separator between its parts, umlauts in both cases, as two characters (as
    macOS writes them) and spelled out.
    """
    spelled = word
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelled = spelled.replace(umlaut, letters)
    return {
        _SEPARATED.join(in_any_case(re.escape(part)).encode() for part in one.split())
        for one in (word, normalize("NFD", word), spelled)
    }
