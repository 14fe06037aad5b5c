"""A scanner for some detectors: of a whole text, or of a stream of which only the end is held.

Hyperscan looks at every byte once for all detectors that can be a find by themselves, and for the words of the others;
these are looked for around their words alone. It tells where matches end; what these become is in `scan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any, Final, Self

from limen.data.detectors.every import DETECTORS
from limen.data.model import BEFORE, Detector, Finding, Found
from limen.data.normalising.undoing import Undoing
from limen.data.scanning.looks import Looks
from limen.data.scanning.scan import Scan

MOST: Final = 100
"""So many different values of a detector are kept of each confidence; who asks for a number of them asks for less."""
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

    def _scan(self) -> Scan:
        return Scan(self._looks, self._key, self._most)


class Stream:
    """A text as it comes: within `with`, `feed` its pieces in order, then `end` it.

    From where something has to be undone, the text as it reads is a second stream beside it.
    """

    def __init__(self, looks: Looks, scan: Scan) -> None:
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

    def __init__(self, looks: Looks, scan: Scan) -> None:
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
