"""A scanner for some detectors: of a whole text, or of a stream of which only the end is held.

Hyperscan looks at every byte once for all detectors, and tells where matches end. Behind each such end `re` finds the
match itself in a window as long as its detector's longest match, from left to right and without overlap, exactly as it
would in the whole text; what its check refuses is passed by one byte, so that a number before a card hides no card.
Windows that touch are one, so that no text is searched over and over.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final, Self

import hyperscan

from limen.data.detectors.expressions import expression_of
from limen.data.model import AFTER, BEFORE, Confidence, Detector, Finding, Found, digest_of
from limen.data.scanning.words import Words

MOST: Final = 100
"""So many different values of a detector are kept; whoever asks for a number of them asks for less."""
MOST_PLACES: Final = 1_000
"""So many places of one value are kept."""
_WORDS: Final = 1 << 20
"""A detector's words have its number and this, where Hyperscan tells of them."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """One detector as it is looked for."""

    detector: Detector
    expression: re.Pattern[bytes]
    words: Words | None


class Scanner:
    """Finds what these detectors look for. `key` keys the digests; one scanner serves any number of scans at once.

    Making one compiles its expressions, which takes milliseconds to a second: make it once for a set of detectors.
    """

    def __init__(self, detectors: Sequence[Detector], *, key: bytes, most: int = MOST) -> None:
        self._made_of = tuple(detectors), key, most
        self._key, self._most = key, most
        self._sought = [_Sought(one, expression_of(one), Words(one.words) if one.words else None) for one in detectors]
        self._hold = max((one.longest for one in detectors), default=0) + AFTER
        rough = {index: (one.rough or one.expression).encode() for index, one in enumerate(detectors)}
        for index, one in enumerate(self._sought):
            if one.words is not None:
                rough[index + _WORDS] = one.words.rough
        self._whole = _database(rough, hyperscan.HS_MODE_BLOCK)
        self._streaming = _database(rough, hyperscan.HS_MODE_STREAM)

    def __getstate__(self) -> tuple[tuple[Detector, ...], bytes, int]:
        """Another process makes the same one anew."""
        return self._made_of

    def __setstate__(self, made_of: tuple[tuple[Detector, ...], bytes, int]) -> None:
        detectors, key, most = made_of
        Scanner.__init__(self, detectors, key=key, most=most)

    def text(self, text: bytes) -> Found:
        """What is in a whole text."""
        if not self._sought or not text:
            return Found()
        scan = _Scan(self._sought, self._key, self._most)
        self._whole.scan(text, match_event_handler=scan.ends_at)
        scan.resolve(text, 0, len(text) + 1)
        return scan.found()

    def stream(self) -> Stream:
        """A text that comes in pieces: the same is found as in the whole, however it is cut."""
        return Stream(self._streaming, _Scan(self._sought, self._key, self._most), self._hold)

    def pieces(self, pieces: Iterable[bytes]) -> Found:
        """What is in a text that comes in pieces."""
        with self.stream() as stream:
            for one in pieces:
                stream.feed(one)
            return stream.end()


class Stream:
    """A text as it comes: within `with`, `feed` its pieces in order, then `end` it."""

    def __init__(self, database: Any, scan: _Scan, hold: int) -> None:
        self._scan, self._hold = scan, hold
        # Hyperscan's stream keeps no reference to its database, nor to what it calls: both have to outlive it.
        self._database, self._told = database, scan.ends_at
        self._opened = database.stream(match_event_handler=self._told) if hold > AFTER else nullcontext()
        self._held, self._held_from, self._length = b"", 0, 0

    def __enter__(self) -> Self:
        self._sought = self._opened.__enter__()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._close()

    def feed(self, piece: bytes) -> None:
        """Take the next piece. What is settled so far stands in `found`."""
        if self._sought is None or not piece:
            return
        self._sought.scan(piece)
        self._held += piece
        self._length += len(piece)
        self._scan.resolve(self._held, self._held_from, self._length - self._hold)
        surplus = len(self._held) - 2 * self._hold - BEFORE
        if surplus > 0:
            self._held, self._held_from = self._held[surplus:], self._held_from + surplus

    @property
    def found(self) -> Found:
        """What is settled of what was fed; what lies in the last few hundred bytes may be missing yet."""
        return self._scan.found()

    @property
    def settled(self) -> Sequence[Finding]:
        """All finds so far, those within surer ones as well. It only grows, at its end; not in order of place."""
        return self._scan._findings  # noqa: SLF001 -- which is this stream's own

    def end(self) -> Found:
        """All that is in the text, which ends here."""
        self._close()  # only now Hyperscan tells of what ends where the text does
        self._scan.resolve(self._held, self._held_from, self._length + 1)
        return self._scan.found()

    def _close(self) -> None:
        if self._sought is not None:
            self._sought = None
            self._opened.__exit__(None, None, None)


class _Scan:
    """What is known of one text while it is scanned."""

    def __init__(self, sought: Sequence[_Sought], key: bytes, most: int) -> None:
        self._sought, self._key, self._most = sought, key, most
        self._ends: dict[int, list[int]] = {}
        self._words: list[list[int]] = [[] for _ in sought]
        self._done = [0] * len(sought)
        self._values: list[dict[bytes, int]] = [{} for _ in sought]
        self._full: set[int] = set()
        self._findings: list[Finding] = []

    def ends_at(self, index: int, _start: int, end: int, _flags: int, _context: object) -> None:
        """Hyperscan tells that something this detector looks for may end here."""
        if index >= _WORDS:
            self._words[index - _WORDS].append(end)
        elif index not in self._full:
            self._ends.setdefault(index, []).append(end)

    def resolve(self, held: bytes, held_from: int, until: int) -> None:
        """Settle the ends before `until`. `held` is the text from `held_from` on."""
        for index, ends in self._ends.items():
            settled = bisect_left(ends, until)
            counting = [end for end in ends[:settled] if end > self._done[index] and self._may_count(index, end)]
            for first, last in _runs(counting, self._sought[index].detector.longest):
                self._settle(index, held, held_from, first, last)
            del ends[:settled]
        for words in self._words:
            del words[: bisect_left(words, held_from)]

    def _may_count(self, index: int, end: int) -> bool:
        """Whether what ends here can be a find: where it is none without a word, there is one about."""
        detector = self._sought[index].detector
        if detector.alone is not None:
            return True
        words = self._words[index]
        at = bisect_left(words, end - detector.longest - BEFORE)
        return at < len(words) and words[at] <= end + detector.longest + AFTER

    def found(self) -> Found:
        more = frozenset(self._sought[index].detector.id for index in self._full)
        return Found(
            tuple(_outermost(sorted(self._findings, key=lambda one: (one.start, -one.end, one.detector)))), more
        )

    def _settle(self, index: int, held: bytes, held_from: int, first: int, last: int) -> None:
        """Find the matches that begin before the last of these ends, and none twice."""
        sought = self._sought[index]
        detector, search = sought.detector, sought.expression.search
        at = max(first - detector.longest, self._done[index]) - held_from
        until = last - held_from + detector.longest + 1  # no match that begins before the end reaches further
        while index not in self._full:
            match = search(held, max(at, 0), until)
            if match is None or held_from + match.start() >= last:
                break
            confidence = _confidence(sought, held, match)
            at = match.start() + 1 if confidence is None else match.end()
            if confidence is not None:
                self._keep(index, confidence, match, held_from)
        self._done[index] = max(self._done[index], held_from + at, last)

    def _keep(self, index: int, confidence: Confidence, match: re.Match[bytes], held_from: int) -> None:
        digest = digest_of(match[0], self._key)
        values = self._values[index]
        values[digest] = values.get(digest, 0) + 1
        start, end = held_from + match.start(), held_from + match.end()
        self._findings.append(Finding(self._sought[index].detector.id, confidence, start, end, digest))
        if len(values) >= self._most or values[digest] >= MOST_PLACES:
            self._full.add(index)


def _runs(ends: Sequence[int], apart: int) -> Iterator[tuple[int, int]]:
    """The first and the last of those that are no further apart: what is between them is then searched once, and not
    once for each, which a text of nothing but ends would make hours of.
    """
    first = last = -1
    for end in ends:
        if first >= 0 and end - last > apart:
            yield first, last
            first = -1
        first, last = end if first < 0 else first, end
    if first >= 0:
        yield first, last


def _outermost(findings: list[Finding]) -> Iterator[Finding]:
    """These without those that lie within a surer one: digits of an IBAN are no telephone number. In order of place."""
    around: list[Finding] = []
    for one in findings:
        around = [other for other in around if other.end > one.start]
        if not any(one.end <= other.end and one.confidence < other.confidence for other in around):
            yield one
        around.append(one)


def _confidence(sought: _Sought, held: bytes, match: re.Match[bytes]) -> Confidence | None:
    """How sure a match is a find; None where it is none."""
    detector = sought.detector
    if detector.check is not None and not detector.check(match[0]):
        return None
    if sought.words is not None and detector.alone != detector.beside_words:
        start, end = match.span()
        if sought.words.are_in(held[max(0, start - BEFORE) : end + AFTER]):
            return detector.beside_words
    return detector.alone


def _database(expressions: Mapping[int, bytes], mode: int) -> Any:
    database = hyperscan.Database(mode=mode)
    if expressions:
        database.compile(
            expressions=list(expressions.values()),
            ids=list(expressions),
            elements=len(expressions),
            flags=[0] * len(expressions),
        )
    return database
