"""The words of one detector near what may be its finds: looked for when first asked for, and for many ends at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from limen.data.model import AFTER, BEFORE, Confidence
from limen.data.scanning.looks import MARGIN, Looks

_ENDS_AT_ONCE: Final = 4
_APART: Final = 512
"""Hyperscan looks around so many ends at once, where they are on average no further apart; else `re`, around each."""


class WordsNear:
    """The words near some ends, which rise, in the text that is held from a place on."""

    def __init__(self, looks: Looks, index: int, held: bytes, held_from: int, ends: Sequence[int]) -> None:
        self._looks, self._index, self._held, self._held_from, self._ends = looks, index, held, held_from, ends
        self._sought = looks.sought[index]

    def may_be_near(self, first: int, last: int) -> bool:
        """Whether a word may be near enough to a find that begins between two ends, and ends behind the first."""
        return self._all is None or is_near(self._all, first, last, self._sought.detector.longest)

    def confidence(self, start: int, end: int) -> Confidence | None:
        """How sure it is that what matched between these places is a find; None: it is none without a word near it."""
        detector, words, place = self._sought.detector, self._sought.words, self._held_from + end
        if words is None or not self.may_be_near(place, place):
            return detector.alone
        return detector.beside_words if words.are_in(self._held, start - BEFORE, end + AFTER) else detector.alone

    @cached_property
    def _all(self) -> Sequence[int] | None:
        """Where they end; None where they are not looked for all at once."""
        ends = self._ends
        if self._sought.words is None or len(ends) < _ENDS_AT_ONCE or ends[-1] - ends[0] > len(ends) * _APART:
            return None
        return self._looks.words_near(self._index, self._held, self._held_from, ends)


def is_near(words: Sequence[int], first: int, last: int, longest: int) -> bool:
    """Whether a word, by where they end, is as near as it has to be to what of this length ends between two places."""
    at = bisect_left(words, first - longest - BEFORE)
    return at < len(words) and words[at] <= last + longest + AFTER + MARGIN
