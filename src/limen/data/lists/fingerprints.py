"""Documents by their fingerprints, so that parts of them are recognised wherever they are copied to.

Runs of five words are hashed under a key; of each eight that follow each other the smallest is kept (winnowing:
Schleimer, Wilkerson, Aiken, SIGMOD 2003). So of any twelve words that are copied at least one fingerprint is found.
In a text that is looked into every run is hashed, and those are counted that are kept.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, Self

import msgspec

from limen.data.lists.arrays import array_of, bytes_of
from limen.data.lists.tokens import Token, Tokens, number_of
from limen.data.model import Confidence, Finding, Found

WORDS: Final = 5
"""The words of a run."""
WINDOW: Final = 8
"""Of so many runs that follow each other one is kept."""
FEWEST_WORDS: Final = 50
"""A shorter text can't be told from others."""
MOST_KEPT: Final = 300_000
"""Fingerprints of all documents of a set: about 1.3 million words."""
MOST_DOCUMENTS: Final = 2_000
MOST_WORDS: Final = 500_000
"""Of a longer document the beginning is recognised."""
_FACTOR: Final = 0x9E3779B97F4A7C15
_BITS: Final = (1 << 64) - 1
_POWERS: Final = tuple(pow(_FACTOR, power, 1 << 64) for power in range(WORDS - 1, -1, -1))


class Fingerprint(msgspec.Struct, frozen=True):
    """What is kept of one document: what it was called, and its fingerprints."""

    name: str
    runs: bytes


class Fingerprints(msgspec.Struct, frozen=True):
    """What is kept of some documents."""

    documents: tuple[Fingerprint, ...] = ()


def fingerprint_of(name: str, text: bytes, key: bytes) -> Fingerprint:
    """What is kept of a document. Raises ValueError where it is too short."""
    return fingerprint_in(name, FingerprintMaker(key).text(text))


def fingerprint_in(name: str, found: Found) -> Fingerprint:
    """What is kept of a document in which a `FingerprintMaker` found this. Raises ValueError where it is too short."""
    if not found.findings:
        raise ValueError(f"it has fewer than {FEWEST_WORDS} words")
    return Fingerprint(name, bytes_of(array("Q", sorted(int.from_bytes(one.digest) for one in found.findings))))


class FingerprintMaker:
    """Makes fingerprints of documents of any kind: a scanner, whose finds are the fingerprints themselves."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def text(self, text: bytes) -> Found:
        with self.stream() as stream:
            stream.feed(text)
            return stream.end()

    def stream(self) -> FingerprintMaking:
        return FingerprintMaking(self.key)


class FingerprintMaking:
    """The fingerprints of one text, as it comes."""

    settled: Sequence[Finding] = ()

    def __init__(self, key: bytes) -> None:
        self._key, self._tokens = key, Tokens()
        self._numbers = array("Q")
        self._length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None: ...

    def feed(self, piece: bytes) -> None:
        self._length += len(piece)
        self._take(self._tokens.feed(piece))

    def end(self) -> Found:
        """All of them; none where the text is too short."""
        self._take(self._tokens.end())
        kept = _winnowed(list(_runs(self._numbers))) if len(self._numbers) >= FEWEST_WORDS else ()
        findings = (Finding("", Confidence.HIGH, 0, self._length, run.to_bytes(8)) for run in kept)
        return Found(tuple(findings))

    def _take(self, tokens: Iterable[Token]) -> None:
        for _, _, token in tokens:
            if len(self._numbers) < MOST_WORDS:
                self._numbers.append(number_of(token, self._key))


def _runs(numbers: Sequence[int]) -> Iterator[int]:
    """Each five numbers that follow each other, as one."""
    a, b, c, d, e = _POWERS
    for v, w, x, y, z in zip(numbers, numbers[1:], numbers[2:], numbers[3:], numbers[4:], strict=False):
        yield (v * a + w * b + x * c + y * d + z * e) & _BITS


def _winnowed(runs: Sequence[int]) -> set[int]:
    """The smallest of each window."""
    kept: set[int] = set()
    smallest: deque[int] = deque()
    for at, run in enumerate(runs):
        while smallest and runs[smallest[-1]] >= run:
            smallest.pop()
        smallest.append(at)
        if smallest[0] <= at - WINDOW:
            smallest.popleft()
        if at >= WINDOW - 1:
            kept.add(runs[smallest[0]])
    return kept


class FingerprintMatcher:
    """Finds documents in a text. One serves any number of texts at once."""

    def __init__(self, name: str, data: Fingerprints, key: bytes, share: int, passage: int) -> None:
        self.name = name
        self._data, self.key, self._share, self._passage = data, key, share, passage

    def __reduce__(self) -> tuple[type[FingerprintMatcher], tuple[object, ...]]:
        return FingerprintMatcher, (self.name, self._data, self.key, self._share, self._passage)

    def begin(self) -> FingerprintSearch:
        """The search through one text."""
        return FingerprintSearch(self)

    @cached_property
    def kept(self) -> frozenset[int]:
        """The fingerprints of all documents."""
        return frozenset(run for one in self._data.documents for run in array_of(one.runs))

    def found(self, runs: set[int], length: int) -> list[Finding]:
        """The documents of which enough is among these runs of a text of so many bytes."""
        return [
            Finding(self.name, Confidence.HIGH, 0, length, number_of(one.runs, self.key).to_bytes(8))
            for one in (self._data.documents if runs else ())
            if self._is_enough(sum(run in runs for run in array_of(one.runs)), len(one.runs) // 8)
        ]

    def _is_enough(self, found: int, of: int) -> bool:
        words = found * (WINDOW + 1) / 2  # of random runs every (window + 1) / 2 is the smallest of some window
        return found > 0 and (found * 100 >= self._share * of or words >= self._passage)


class FingerprintSearch:
    """The search for documents in one text."""

    def __init__(self, matcher: FingerprintMatcher) -> None:
        self._matcher, self._tokens = matcher, Tokens()
        self._numbers: dict[bytes, int] = {}
        self._last: list[int] = []
        self._found: set[int] = set()
        self._length = 0

    def feed(self, piece: bytes) -> None:
        self._length += len(piece)
        self._take(self._tokens.feed(piece))

    def end(self) -> tuple[list[Finding], bool]:
        """What was found; there is never more."""
        self._take(self._tokens.end())
        return self._matcher.found(self._found, self._length), False

    def _take(self, tokens: Iterable[Token]) -> None:
        numbers, known, key = self._last, self._numbers, self._matcher.key
        for _, _, token in tokens:
            number = known.get(token)
            if number is None:
                number = known[token] = number_of(token, key)
            numbers.append(number)
        if len(known) > 100_000:
            known.clear()
        self._found |= self._matcher.kept.intersection(_runs(numbers))
        self._last = numbers[-(WORDS - 1) :]
