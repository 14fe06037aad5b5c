"""From parts of a document to finds and their places: all parts are one text to the scanner."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, Self

from limen.data.documents import Part
from limen.data.model import Finding, Found
from limen.data.scanning.text_scanner import TextScanner
from limen.printable import visible

_FED: Final = 1 << 16
_KEPT: Final = 1 << 17
"""So many bytes behind the end of what was fed, a find may still be settled."""
_MOST_PLACES: Final = 200_000
"""So many places are remembered for what is known only at the end, such as rows of a list; those before are not."""
_LONGEST: Final = 200
WITHHELD: Final = "(name withheld)"
"""In place of a name that itself holds what is looked for."""


class Places:
    """Where in the joined text of some parts each of them is."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        self.length = 0
        self._starts: list[int] = []
        self._parts: list[Part] = []
        self._forgotten = 0
        self._said: dict[str, str] = {}

    def add(self, part: Part) -> None:
        self._starts.append(self.length)
        self._parts.append(part)
        self.length += len(part.text)

    def of(self, finding: Finding) -> str:
        """The place in which a find begins, as it may be told; "" for a find that is the whole document."""
        if finding.start == 0 and finding.end >= self.length:
            return ""
        at = bisect_right(self._starts, finding.start) - 1
        part, line = self._parts[max(at, 0)], ""
        if part.first_line:
            before = part.text.count(b"\n", 0, finding.start - self._starts[at])
            line = f"line {part.first_line + before}"
        return " / ".join(filter(None, (self._told(part.where), line)))

    def forget_before(self, offset: int) -> None:
        """Hold no text before this any more: a find there is told without its line."""
        past = bisect_right(self._starts, offset) - 1
        for at in range(self._forgotten, past):
            self._parts[at] = Part(self._parts[at].where, b"")
        self._forgotten = max(self._forgotten, past)
        if len(self._parts) > _MOST_PLACES:
            surplus = self._forgotten
            del self._starts[:surplus], self._parts[:surplus]
            self._forgotten = 0

    def _told(self, where: str) -> str:
        """What names hold is no more told than what documents hold."""
        if where and where not in self._said:
            self._said[where] = visible(" / ".join(self._step(one) for one in where.split(" / ")))
        return self._said.get(where, "")

    def _step(self, name: str) -> str:
        return WITHHELD if self._scanner.text(name.encode("utf-8", "replace")).findings else name[:_LONGEST]


def located(scanner: TextScanner, parts: Iterable[Part]) -> tuple[Found, tuple[str, ...]]:
    """What is in little text, all of which is here, and where each find is: much faster than a stream of it."""
    places = Places(scanner)
    texts = []
    for part in parts:
        places.add(part)
        texts.append(part.text)
    found = scanner.text(b"".join(texts))
    return found, tuple(places.of(one) for one in found.findings)


class Locating:
    """Within `with`, `add` the parts of a document in order; `end` gives what was found, and where each find is."""

    def __init__(self, scanner: TextScanner) -> None:
        self._stream = scanner.stream()
        self._places = Places(scanner)
        self._waiting: list[bytes] = []
        self._waits = 0
        self._settled = 0
        self._where: dict[tuple[str, int, int], str] = {}

    def __enter__(self) -> Self:
        self._stream.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stream.__exit__(*failure)

    def add(self, part: Part) -> None:
        self._places.add(part)
        self._waiting.append(part.text)
        self._waits += len(part.text)
        if self._waits >= _FED:
            self._feed()

    def end(self) -> tuple[Found, tuple[str, ...]]:
        self._feed()
        found = self._stream.end()
        self._locate()
        return found, tuple(self._where.get(_key(one)) or self._places.of(one) for one in found.findings)

    def _feed(self) -> None:
        self._stream.feed(b"".join(self._waiting))
        self._waiting.clear()
        self._waits = 0
        self._locate()
        self._places.forget_before(self._places.length - _KEPT)

    def _locate(self) -> None:
        """Note the place of each find that was settled since the last time."""
        settled = self._stream.settled
        for finding in settled[self._settled :]:
            self._where[_key(finding)] = self._places.of(finding)
        self._settled = len(settled)


def _key(finding: Finding) -> tuple[str, int, int]:
    return finding.detector, finding.start, finding.end
