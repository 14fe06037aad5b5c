"""A scanner that finds rows and documents of the company's lists beside what detectors find, with a scanner's face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, Self

from limen.data.model import Confidence, Finding, Found
from limen.data.scanning.scanner import Scanner, Stream


class Search(Protocol):
    """The search for what is on one list, in one text."""

    def feed(self, piece: bytes) -> None: ...
    def end(self) -> tuple[list[Finding], bool]: ...


class Matcher(Protocol):
    """What finds what is on one list."""

    name: str

    def begin(self) -> Search: ...


class ContentScanner:
    """Finds what `scanner` finds and what `matchers` do. One serves any number of texts at once."""

    def __init__(self, scanner: Scanner, matchers: Sequence[Matcher]) -> None:
        self._scanner, self._matchers = scanner, tuple(matchers)

    def text(self, text: bytes) -> Found:
        """What is in a whole text."""
        searches = [(one.name, one.begin()) for one in self._matchers]
        for _, one in searches:
            one.feed(text)
        return _with(self._scanner.text(text), searches)

    def stream(self) -> ContentStream:
        """A text that comes in pieces."""
        return ContentStream(self._scanner.stream(), [(one.name, one.begin()) for one in self._matchers])

    def pieces(self, pieces: Iterable[bytes]) -> Found:
        """What is in a text that comes in pieces."""
        with self.stream() as stream:
            for one in pieces:
                stream.feed(one)
            return stream.end()


class ContentStream:
    """A text as it comes: within `with`, `feed` its pieces in order, then `end` it."""

    def __init__(self, stream: Stream, searches: list[tuple[str, Search]]) -> None:
        self._stream, self._searches = stream, searches

    def __enter__(self) -> Self:
        self._stream.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stream.__exit__(*failure)

    def feed(self, piece: bytes) -> None:
        self._stream.feed(piece)
        for _, one in self._searches:
            one.feed(piece)

    @property
    def found(self) -> Found:
        """What detectors have found so far; rows and documents are known at the end."""
        return self._stream.found

    @property
    def settled(self) -> Sequence[Finding]:
        """As `Stream.settled`."""
        return self._stream.settled

    def end(self) -> Found:
        return _with(self._stream.end(), self._searches)


def _with(found: Found, searches: Sequence[tuple[str, Search]]) -> Found:
    more = dict(found.more)
    findings = list(found.findings)
    for name, one in searches:
        theirs, is_more = one.end()
        findings += theirs
        if is_more:
            more[name] = Confidence.HIGH
    ordered = sorted(findings, key=lambda one: (one.start, -one.end, one.detector))
    return replace(found, findings=tuple(ordered), more=more)
