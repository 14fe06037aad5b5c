"""What is known of one text while it is scanned: where Hyperscan told of ends, and which finds these became.

Behind each end `re` or RE2 finds the match itself in a window as long as its detector's longest match, from left to
right and without overlap, exactly as it would in the whole text; what its check refuses is passed by one byte, so that
a number before a card hides no card. Windows that touch are one, so that no text is searched over and over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from limen.data.model import Confidence, Detector, Finding, Found, digest_of
from limen.data.normalising.hints import is_hint
from limen.data.normalising.origins import Origins
from limen.data.scanning.looks import Looks
from limen.data.scanning.overlaps import distinct, outermost
from limen.data.scanning.words_near import WordsNear, is_near

MOST_PLACES: Final = 1_000
"""So many places of one value are kept: its further copies hide nothing, and take no room."""
_MOST_TOGETHER: Final = 10_000
"""So many places of all values of a detector are kept; of each further value, the first."""
_MOST_KNOWN: Final = 2_000
_LONGEST_KNOWN: Final = 64
"""So many texts that matched, of so many bytes, are remembered with what became of them while a text is scanned."""


class Scan:
    """What is known of one text while it is scanned."""

    def __init__(self, looks: Looks, key: bytes, most: int) -> None:
        self._looks, self._key, self._most = looks, key, most
        self._origins: Origins | None = None
        self.has_to_be_undone = False
        self._told: defaultdict[int, list[int]] = defaultdict(list)
        self._done: dict[int, int] = {}
        self._values: defaultdict[tuple[int, Confidence], dict[bytes, int]] = defaultdict(dict)
        self._places: dict[int, int] = {}
        self._known: dict[tuple[int, bytes], bytes] = {}
        self._full: set[int] = set()
        self._has_enough_alone: set[int] = set()
        self.more: dict[str, Confidence] = {}
        self.findings: list[Finding] = []

    def beside(self, origins: Origins) -> Scan:
        """A scan of the same text as it reads; what it finds is found here."""
        other = Scan(self._looks, self._key, self._most)
        other._origins, other.findings, other.more = origins, self.findings, self.more
        return other

    @cached_property
    def told(self) -> Any:
        """Hyperscan tells by this that something it looks for may end there."""
        ends = self._told

        def told(look: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends[look].append(end)

        return told

    def resolve(self, held: bytes, held_from: int, until: int) -> None:
        """Settle the ends before `until`. `held` is the text from `held_from` on."""
        words: list[tuple[int, int]] = []
        for look, ends in self._settled(until):
            if look >= self._looks.first_hint:
                self._hint(look - self._looks.first_hint, ends, held, held_from)
            elif look >= self._looks.first_word:
                words += [(end, look) for end in ends]
            else:
                for index in self._looks.behind[look]:
                    if index not in self._full:
                        self._settle(index, held, held_from, ends)
        words.sort()
        for run in self._looks.runs(words):
            self._around(run, held, held_from)

    def _settled(self, until: int) -> Iterator[tuple[int, list[int]]]:
        """What Hyperscan told of before a place, by what it looks for; it is told of no more."""
        for look, ends in list(self._told.items()):
            ends.sort()
            if settled := ends[: bisect_left(ends, until)]:
                del ends[: len(settled)]
                yield look, settled

    def _hint(self, hint: int, ends: Sequence[int], held: bytes, held_from: int) -> None:
        for end in ends:
            if self.has_to_be_undone:
                return
            self.has_to_be_undone = is_hint(hint, held, end - held_from)

    def _around(self, run: Sequence[tuple[int, int]], held: bytes, held_from: int) -> None:
        """Look around some words near each other for what is a find only beside them."""
        near: dict[int, list[int]] = {}
        for end, look in run:
            for index in self._looks.behind[look]:
                near.setdefault(index, []).append(end)
        start = max(run[0][0] - self._looks.left, held_from)
        ends: dict[int, list[int]] = {}

        def told(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            if index in near:
                ends.setdefault(index, []).append(start + end)

        window = held[start - held_from : run[-1][0] + self._looks.right - held_from]
        self._looks.scan(self._looks.beside_words, window, told)
        for index, its in ends.items():
            near_words = [
                end for end in its if is_near(near[index], end, end, self._looks.sought[index].detector.longest)
            ]
            self._settle(index, held, held_from, near_words)

    def forget(self, before: int) -> None:
        """Nothing before this place is settled any more."""
        if self._origins is not None:
            self._origins.forget(before)

    def found(self) -> Found:
        """What is settled, in the text as it is written and as it reads."""
        ordered = sorted(self.findings, key=lambda one: (one.start, -one.end, -one.confidence, one.detector))
        return Found(tuple(outermost(distinct(ordered) if self.has_to_be_undone else ordered)), dict(self.more))

    def _settle(self, index: int, held: bytes, held_from: int, ends: Sequence[int]) -> None:
        """Find the matches that begin before these ends, which rise, and none twice."""
        sought, done = self._looks.sought[index], self._done.get(index, 0)
        longest, alone, known = sought.detector.longest, sought.detector.alone, self._known
        ends = ends[bisect_right(ends, done) :]
        words = WordsNear(self._looks, index, held, held_from, ends)
        for run in _runs(ends, longest):
            first, last = run[0], run[-1]
            if index in self._has_enough_alone and not words.may_be_near(first, last):
                done = max(done, last)
                continue
            at = max(first - sought.rough_longest, done, held_from) - held_from
            before = last - held_from
            until = before + longest + 1  # no match that begins before the end reaches further
            while index not in self._full:
                match = sought.next(held, held_from, at, until, run)
                if match is None:
                    break
                start, end = match.span()
                if start >= before:
                    break
                digest = known.get((index, text := match[0]))
                if digest is None:
                    digest = self._digest(index, text)
                confidence = (alone if sought.words is None else words.confidence(start, end)) if digest else None
                at = end if confidence else start + 1
                if confidence:
                    self._keep(index, confidence, digest, held_from + start, held_from + end)
            done = max(done, held_from + at, last)
        self._done[index] = done

    def _digest(self, index: int, text: bytes) -> bytes:
        """The digest of what matched, b"" where its check refuses it; remembered, as the same comes again and again."""
        check = self._looks.sought[index].detector.check
        digest = digest_of(text, self._key) if check is None or check(text) else b""
        if len(text) <= _LONGEST_KNOWN and len(self._known) < _MOST_KNOWN:
            self._known[index, text] = digest
        return digest

    def _keep(self, index: int, confidence: Confidence, digest: bytes, start: int, end: int) -> None:
        values = self._values[index, confidence]
        places = values.get(digest, 0)
        if places >= MOST_PLACES:
            return
        if not places and len(values) >= self._most:
            self._has_more(index, confidence)
            return
        kept = self._places.get(index, 0)
        if places and kept >= _MOST_TOGETHER:
            return
        values[digest], self._places[index] = places + 1, kept + 1
        if self._origins is not None:
            start, end = self._origins.span(start, end)
        self.findings.append(Finding(self._looks.sought[index].detector.id, confidence, start, end, digest))

    def _has_more(self, index: int, confidence: Confidence) -> None:
        """There are more values of a detector, of this confidence, than are kept."""
        detector = self._looks.sought[index].detector
        self.more[detector.id] = max(confidence, self.more.get(detector.id, confidence))
        if confidence == _surest(detector):
            self._full.add(index)  # nothing that comes can count for more
        elif confidence == detector.alone:
            self._has_enough_alone.add(index)


def _surest(detector: Detector) -> Confidence:
    alone = detector.alone or detector.beside_words
    return max(detector.beside_words, alone) if detector.words else alone


def _runs(ends: Sequence[int], apart: int) -> Iterator[Sequence[int]]:
    """Those that are no further apart, together: what is between them is then searched once, and not once for each,
    which a text of nothing but ends would make hours of.
    """
    begun = 0
    for at in range(1, len(ends)):
        if ends[at] - ends[at - 1] > apart:
            yield ends[begun:at]
            begun = at
    if ends:
        yield ends[begun:]
