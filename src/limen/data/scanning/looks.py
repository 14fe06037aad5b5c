"""What Hyperscan looks for, for some detectors: compiled once, and what it means when it tells of an end.

There are two sets. The first goes over the whole text: what can be a find by itself, by its rough expression, and the
words of all else. The second holds what is a find beside a word alone, and goes over the few bytes around such words:
numbers of nine digits are in every business text, and twenty kinds of them are nothing without their word.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import hyperscan

from limen.data.detectors.expressions import expression_of
from limen.data.detectors.measuring import longest_match
from limen.data.model import AFTER, BEFORE, Detector
from limen.data.normalising.hints import ENCODED_TEXT, HINTS
from limen.data.scanning.words import Words

MARGIN: Final = 8
"""More bytes than the ending of a word, and those that a boundary looks at."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One detector as it is looked for."""

    detector: Detector
    expression: re.Pattern[bytes]
    words: Words | None
    """What makes a find surer; None where nothing does."""
    rough: re.Pattern[bytes] | None
    """What to search first for, where a match begins with it."""
    rough_longest: int
    """So many bytes before the end that Hyperscan tells of a match begins at most."""

    @classmethod
    def of(cls, detector: Detector) -> Sought:
        """A detector, compiled."""
        begins = detector.rough_begins
        return cls(
            detector,
            expression_of(detector),
            Words(detector.words) if detector.words and detector.alone != detector.beside_words else None,
            re.compile(detector.rough.encode()) if begins else None,
            longest_match(detector.rough) if begins else detector.longest,
        )

    def next(self, held: bytes, held_from: int, at: int, until: int, run: Sequence[int]) -> re.Match[bytes] | None:
        """The next match from a place on. One that begins with something rough begins before an end of the run that
        Hyperscan told of: what lies between such ends is not searched.
        """
        if self.rough is None:
            return self.expression.search(held, at, until)
        for place in range(bisect_right(run, held_from + at), len(run)):
            end = run[place] - held_from
            begin = max(at, end - self.rough_longest)
            while begun := self.rough.search(held, begin, end):
                if match := self.expression.match(held, begun.start(), until):
                    return match
                begin = begun.start() + 1
        return None


class Looks:
    """The detectors, by number; the sets for Hyperscan; and which detectors are behind what it tells of.

    `behind` has for each number that Hyperscan tells of the detectors to be settled; from `first_word` on these are
    words, and from `first_hint` on it tells that there is something to undo. `hold`: so many bytes before the end of a
    stream are not settled yet.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.sought = [Sought.of(one) for one in detectors]
        self._own = threading.local()
        self._words: dict[int, Any] = {}
        self.ending = threading.Lock()
        """Held while a stream is closed: Hyperscan's binding does that in the database's own scratch alone."""
        alone = [index for index, one in enumerate(detectors) if one.alone is not None]
        beside = [index for index, one in enumerate(detectors) if one.alone is None]
        rough = _grouped((_rough(detectors[index]), index) for index in alone)
        words = _grouped((Words((word,)).rough, index) for index in beside for word in detectors[index].words)
        self._first, self.first_word = [*rough, *words, *HINTS], len(rough)
        self.first_hint = len(rough) + len(words)
        self.behind = [*rough.values(), *words.values()]
        self._second = {index: _rough(detectors[index]) for index in beside}
        longest = max((detectors[index].longest for index in beside), default=0)
        self.left = AFTER + longest + MARGIN
        self.right = BEFORE + longest + MARGIN
        self.hold = (
            AFTER
            + MARGIN
            + max(max((one.longest for one in detectors), default=0), BEFORE + 2 * longest + MARGIN if beside else 0)
        )

    def scratch(self, database: Any) -> Any:
        """The room in which this thread scans with one of these: Hyperscan lets two threads use none at once."""
        own: dict[str, Any] = self._own.__dict__
        key = f"of{id(database)}"
        found = own.get(key)
        if found is None:
            found = own[key] = hyperscan.Scratch(database)
        return found

    def scan(self, database: Any, text: bytes, told: Callable[[int, int, int, int, object], None]) -> None:
        """Have Hyperscan tell of what is in a whole text."""
        database.scan(text, match_event_handler=told, scratch=self.scratch(database))

    @cached_property
    def whole(self) -> Any:
        """The first set, for a whole text."""
        return _database(dict(enumerate(self._first)), hyperscan.HS_MODE_BLOCK, self._once)

    @cached_property
    def streaming(self) -> Any:
        """The first set, for a stream."""
        return _database(dict(enumerate(self._first)), hyperscan.HS_MODE_STREAM, self._once)

    @property
    def _once(self) -> frozenset[int]:
        """What has to be told of once in a text: that there is something to undo."""
        return frozenset(self.first_hint + at for at, hint in enumerate(HINTS) if hint is not ENCODED_TEXT)

    @cached_property
    def beside_words(self) -> Any:
        """The second set; its numbers are those of the detectors."""
        return _database(self._second, hyperscan.HS_MODE_BLOCK)

    def words_near(self, index: int, text: bytes, begin: int, ends: Sequence[int]) -> list[int]:
        """Where words of one detector end that may be near these ends, which rise; `text` begins at `begin`."""
        if index not in self._words:
            self._words[index] = _database({0: Words(self.sought[index].detector.words).rough}, hyperscan.HS_MODE_BLOCK)
        reach = self.sought[index].detector.longest + BEFORE + AFTER + MARGIN
        start = max(0, ends[0] - begin - reach)
        found: list[int] = []

        def told(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(begin + start + end)

        self.scan(self._words[index], text[start : ends[-1] - begin + reach], told)
        return found

    def runs(self, words: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
        """Words, by end and number, in runs whose surroundings touch."""
        begun = 0
        for at in range(1, len(words) + 1):
            if at == len(words) or words[at][0] - self.left > words[at - 1][0] + self.right:
                yield words[begun:at]
                begun = at


def _rough(detector: Detector) -> bytes:
    return (detector.rough or detector.expression).encode()


def _grouped(pairs: Iterator[tuple[bytes, int]]) -> Mapping[bytes, list[int]]:
    """The detectors of each expression, so that Hyperscan tells once of what several look for."""
    grouped: dict[bytes, list[int]] = {}
    for expression, index in pairs:
        grouped.setdefault(expression, []).append(index)
    return grouped


def _database(expressions: Mapping[int, bytes], mode: int, once: frozenset[int] = frozenset()) -> Any:
    database = hyperscan.Database(mode=mode)
    if expressions:
        database.compile(
            expressions=list(expressions.values()),
            ids=list(expressions),
            elements=len(expressions),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH if one in once else 0 for one in expressions],
        )
    return database
