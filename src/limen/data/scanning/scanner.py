"""A scanner for some detectors: of a whole text, or of a stream of which only the end is held.

Hyperscan looks at every byte once for all detectors that can be a find by themselves, and for the words of the others;
these are looked for around their words alone. It tells where matches end. Behind each such end `re` finds the match
itself in a window as long as its detector's longest match, from left to right and without overlap, exactly as it would
in the whole text; what its check refuses is passed by one byte, so that a number before a card hides no card. Windows
that touch are one, so that no text is searched over and over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any, Final, Self

from limen.data.detectors.every import DETECTORS
from limen.data.model import BEFORE, Confidence, Detector, Finding, Found, digest_of
from limen.data.normalising.hints import is_hint
from limen.data.normalising.origins import Origins
from limen.data.normalising.undoing import Undoing
from limen.data.scanning.looks import Looks
from limen.data.scanning.words_near import WordsNear, is_near

MOST: Final = 100
"""So many different values of a detector are kept of each confidence; who asks for a number of them asks for less."""
MOST_PLACES: Final = 1_000
"""So many places of one value are kept: its further copies hide nothing, and take no room."""
_MOST_TOGETHER: Final = 10_000
"""So many places of all values of a detector are kept; of each further value, the first."""
_MOST_KNOWN: Final = 2_000
"""So many texts that matched are remembered with what became of them, while a text is scanned."""
_AT_ONCE: Final = 1 << 20
"""A longer text is scanned in pieces of so many bytes, so that what is told of it takes little memory."""


class Scanner:
    """Finds what these detectors look for. `key` keys the digests; one scanner serves any number of scans at once.

    Making one compiles its expressions, which takes milliseconds to a second: make it once for a set of detectors.
    """

    def __init__(self, detectors: Sequence[Detector], *, key: bytes, most: int = MOST) -> None:
        self._made_of = tuple(detectors), key, most
        self._key, self._most = key, most
        self._looks = Looks(detectors)

    def __getstate__(self) -> tuple[tuple[Detector | str, ...], bytes, int]:
        """Another process makes the same one anew: it has Limen's own detectors by their ids."""
        detectors, key, most = self._made_of
        return tuple(one.id if DETECTORS.get(one.id) is one else one for one in detectors), key, most

    def __setstate__(self, made_of: tuple[tuple[Detector | str, ...], bytes, int]) -> None:
        detectors, key, most = made_of
        every = [DETECTORS[one] if isinstance(one, str) else one for one in detectors]
        Scanner.__init__(self, every, key=key, most=most)

    def with_key(self, key: bytes) -> Scanner:
        """One that looks for the same, with what was compiled for it, and has other digests."""
        other = Scanner((), key=key, most=self._most)
        other._made_of, other._looks = (self._made_of[0], key, self._most), self._looks
        return other

    def text(self, text: bytes) -> Found:
        """What is in a whole text."""
        if not self._looks.sought or not text:
            return Found()
        if len(text) > _AT_ONCE:
            return self.pieces(text[at : at + _AT_ONCE] for at in range(0, len(text), _AT_ONCE))
        scan = self._scan()
        self._looks.scan(self._looks.whole, text, scan.told)
        scan.resolve(text, 0, len(text) + 1)
        if not scan.has_to_be_undone:
            return scan.found()
        undoing = Undoing()
        reads = undoing.feed(text) + undoing.end()
        other = scan.beside(undoing.origins)
        self._looks.scan(self._looks.whole, reads, other.told)
        other.resolve(reads, 0, len(reads) + 1)
        return scan.found()

    def stream(self) -> Stream:
        """A text that comes in pieces: the same is found as in the whole, however it is cut."""
        return Stream(self._looks, self._scan())

    def pieces(self, pieces: Iterable[bytes]) -> Found:
        """What is in a text that comes in pieces."""
        with self.stream() as stream:
            for one in pieces:
                stream.feed(one)
            return stream.end()

    def _scan(self) -> _Scan:
        return _Scan(self._looks, self._key, self._most)


class Stream:
    """A text as it comes: within `with`, `feed` its pieces in order, then `end` it.

    From where something has to be undone, the text as it reads is a second stream beside it.
    """

    def __init__(self, looks: Looks, scan: _Scan) -> None:
        self._looks, self._written = looks, _Flow(looks, scan)
        self._undoing: Undoing | None = None
        self._reads: _Flow | None = None

    def __enter__(self) -> Self:
        self._written.open()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._written.close()
        if self._reads is not None:
            self._reads.close()

    def feed(self, piece: bytes) -> None:
        """Take the next piece. What is settled so far stands in `found`."""
        if not piece:
            return
        if self._undoing is None:
            held, held_from = self._written.held, self._written.held_from
            self._written.feed(piece)
            if self._written.scan.has_to_be_undone:
                self._undo(held + piece, held_from)
            return
        self._written.feed(piece)
        if self._reads is not None:
            self._reads.feed(self._undoing.feed(piece))

    def _undo(self, text: bytes, begin: int) -> None:
        self._undoing = Undoing(begin)
        self._reads = _Flow(self._looks, self._written.scan.beside(self._undoing.origins))
        self._reads.open()
        self._reads.feed(self._undoing.feed(text))

    @property
    def found(self) -> Found:
        """What is settled of what was fed; what lies in the last few hundred bytes may be missing yet."""
        return self._written.scan.found()

    @property
    def settled(self) -> Sequence[Finding]:
        """All finds so far, those within surer ones as well. It only grows, at its end; not in order of place."""
        return self._written.scan.findings

    def end(self) -> Found:
        """All that is in the text, which ends here."""
        held, held_from = self._written.held, self._written.held_from
        self._written.end()
        if self._undoing is None and self._written.scan.has_to_be_undone:
            self._undo(held, held_from)
        if self._reads is not None and self._undoing is not None:
            self._reads.feed(self._undoing.end())
            self._reads.end()
        return self.found


class _Flow:
    """A stream of Hyperscan, and the end of its text."""

    def __init__(self, looks: Looks, scan: _Scan) -> None:
        self.scan, self._looks, self._hold = scan, looks, looks.hold
        # Hyperscan's stream keeps no reference to its database, nor to what it calls: both have to outlive it.
        self._database, self._told = looks.streaming, scan.told
        self._opened = self._database.stream(match_event_handler=self._told) if looks.sought else nullcontext()
        self._sought: Any = None
        self.held, self.held_from, self._length = b"", 0, 0

    def open(self) -> None:
        self._sought = self._opened.__enter__()

    def feed(self, piece: bytes) -> None:
        if self._sought is None or not piece:
            return
        self._sought.scan(piece, scratch=self._looks.scratch(self._database))
        self.held += piece
        self._length += len(piece)
        self.scan.resolve(self.held, self.held_from, self._length - self._hold)
        surplus = len(self.held) - 2 * self._hold - BEFORE
        if surplus > 0:
            self.held, self.held_from = self.held[surplus:], self.held_from + surplus
            self.scan.forget(self.held_from)

    def end(self) -> None:
        self.close()  # only now Hyperscan tells of what ends where the text does
        self.scan.resolve(self.held, self.held_from, self._length + 1)

    def close(self) -> None:
        if self._sought is not None:
            self._sought = None
            with self._looks.ending:
                self._opened.__exit__(None, None, None)


class _Scan:
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

    def beside(self, origins: Origins) -> _Scan:
        """A scan of the same text as it reads; what it finds is found here."""
        other = _Scan(self._looks, self._key, self._most)
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
        return Found(tuple(_outermost(_distinct(ordered) if self.has_to_be_undone else ordered)), dict(self.more))

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
        if len(self._known) < _MOST_KNOWN:
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


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Without those that another of the same detector, as sure, begins or ends with: one text, read twice."""
    surest: dict[tuple[str, bool, int], Confidence] = {}
    for one in findings:
        for place in ((one.detector, True, one.start), (one.detector, False, one.end)):
            surest[place] = max(one.confidence, surest.get(place, one.confidence))
    distinct: list[Finding] = []
    seen: set[tuple[str, bool, int]] = set()
    for one in findings:
        places = (one.detector, True, one.start), (one.detector, False, one.end)
        if not seen.intersection(places) and all(surest[place] == one.confidence for place in places):
            distinct.append(one)
            seen.update(places)
    return distinct


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


def _outermost(findings: Sequence[Finding]) -> Iterator[Finding]:
    """These without those that lie within a surer one: digits of an IBAN are no telephone number. In order of place."""
    around: list[Finding] = []
    for one in findings:
        around = [other for other in around if other.end > one.start]
        if not any(one.end <= other.end and one.confidence < other.confidence for other in around):
            yield one
        around.append(one)
