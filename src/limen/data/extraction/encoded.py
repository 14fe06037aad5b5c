"""Documents that stand in a text in base 64 (RFC 4648): in pages, XML, forms, notes. And text that is encrypted there.

They are found by how the first bytes of each kind are written, through whatever blanks and ends of lines part them.
Text in base 64 is undone where it is scanned (`limen.data.normalising`), apart from what stands there in short lines.
"""

from __future__ import annotations

import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.compound import MARK
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece, part
from limen.data.extraction.searching import Search
from limen.data.normalising.decoding import decoded_text

_AT_ONCE: Final = 1 << 16
_SHORTEST: Final = 16
"""So few bytes are no document."""
_OFTEN: Final = 3
"""So often what was decoded is decoded again."""
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")
_BLANKS: Final = b" \t\r\n"
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=%\\" + _BLANKS
_ESCAPED: Final = (
    (b"%2", ((b"%2B", b"+"), (b"%2F", b"/"), (b"%2b", b"+"), (b"%2f", b"/"))),
    (b"%0", ((b"%0A", b""), (b"%0D", b""), (b"%0a", b""), (b"%0d", b""))),
    (b"\\", ((b"\\/", b"/"), (b"\\n", b""), (b"\\r", b""))),
)
"""How letters and ends of lines stand in addresses and in JSON, by how that begins."""
_RUN: Final = re.compile(rb"[A-Za-z0-9+/]*")
_FEWEST: Final = 4
"""Fewer letters are in any text."""
_BEGINNINGS: Final = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", MARK, b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\0", b"{\\rt"),
    *(b"\x1f\x8b\x08" + bytes([flags]) for flags in range(32)),
    *(b"BZh" + bytes([level]) + b"1AY&SY" for level in b"123456789"),
    *(b"\x89PNG\r\n", b"GIF87a", b"GIF89a", *(b"\xff\xd8\xff" + bytes([kind]) for kind in b"\xdb\xe0\xe1\xe2\xed\xee")),
    b"MSCF\0\0\0\0",
)
"""How documents, archives and pictures begin."""
_TAR: Final = (b"\0\0ustar\x000", b"\0\0ustar  ")
_TAR_AT: Final = 340
_TAR_BYTES: Final = 255
"""So many letters, or bytes, before these, a tar file begins."""
_ENOUGH: Final = 400
"""By so many letters it is known whether one begins there."""


def _marks() -> Iterator[tuple[bytes, int, int]]:
    """The letters that each beginning is sure to have, how many letters of its first group of four stand before these,
    and how many bytes before it: one or two of anything hide nothing.
    """
    for begin in _BEGINNINGS:
        for before in range(3):
            first = (before * 8 + 5) // 6
            letters = b64encode(bytes(before) + begin)[first : (before + len(begin)) * 8 // 6]
            if len(letters) >= _FEWEST:
                yield letters, first, before
        letters = b64encode(begin)[: len(begin) * 8 // 6]
        yield b64encode(letters)[: len(letters) * 8 // 6], 0, 0  # encoded once more
    for begin in _TAR:
        yield b64encode(begin), _TAR_AT, 0


_MARKS: Final = {letters: (first, before) for letters, first, before in _marks()}
_AGAIN: Final = tuple(_MARKS)
_ARMOURS: Final = (b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN AGE ENCRYPTED FILE-----")
_LONGEST_ARMOUR: Final = max(map(len, _ARMOURS))
_SHORT_LINES: Final = re.compile(
    rb"\n[ \t]*+[A-Za-z0-9+/_-]{4,59}+[ \t]*+\r?\n(?:[ \t]*+[A-Za-z0-9+/_-]{4,59}+[ \t]*+\r?\n){2,}"
    rb"[ \t]*+[A-Za-z0-9+/_-]{0,59}={0,2}"
)
"""It begins with what is looked for quickly."""


def may_hold_documents(text: bytes) -> bool:
    """Whether any of what is looked for here begins in a text."""
    return any(one in text for one in _ARMOURS) or bool(_starts(_letters(text)))


class Encoded:
    """Documents in a text that comes in pieces: `feed` them in order, then `end` it. Raises UnreadableError."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._waiting: list[bytes] = []
        self._waits, self._enough = 0, _AT_ONCE
        self._before = b""

    def feed(self, text: bytes) -> Iterator[Piece]:
        self._waiting.append(text)
        self._waits += len(text)
        if self._waits >= self._enough:
            yield from self._looked_at(is_end=False)

    def end(self) -> Iterator[Piece]:
        yield from self._looked_at(is_end=True)

    def _looked_at(self, *, is_end: bool) -> Iterator[Piece]:
        """A run that is not at its end waits; the longer it is, the longer, so that none is looked at over and over."""
        self._budget.tick()
        text = b"".join(self._waiting)
        until = len(text) if is_end else len(text.rstrip(_ALPHABET))
        self._waiting, self._waits = [text[until:]], len(text) - until
        self._enough = _AT_ONCE + 2 * self._waits
        text = text[:until]
        if any(one in self._before + text for one in _ARMOURS):
            yield WhyNot.ENCRYPTED
        self._before = text[-_LONGEST_ARMOUR:]
        for document in documents_in(text):
            self._budget.member()
            self._budget.take(len(document))
            yield Inner("base 64", document)
        for block in _SHORT_LINES.findall(b"\n" + text):
            if (found := _in_short_lines(block)) is not None:
                self._budget.take(len(found))
                yield part("base 64", found.decode("utf-8", "replace") + "\n")


def documents_in(text: bytes) -> Iterator[bytes]:
    """Each document that stands in a text in base 64."""
    letters, end = _letters(text), 0
    for start, before in _starts(letters):
        if start < end:
            continue
        if not _is_one(_decoded(_run(letters, start, start + _ENOUGH))[before:]):
            continue
        run = _run(letters, start)
        end = start + len(run)
        decoded = _decoded(run)[before:]
        for _ in range(_OFTEN):
            if not decoded.startswith(_AGAIN):
                break
            decoded = _decoded(_run(_letters(decoded)))
        if len(decoded) >= _SHORTEST:
            yield decoded


def _is_one(decoded: bytes) -> bool:
    """Whether a document begins so, or letters of one do: of the last letter of a mark some bits are anything."""
    return decoded.startswith((*_BEGINNINGS, *_AGAIN)) or decoded[_TAR_BYTES:].startswith(_TAR)


def _starts(letters: bytes) -> list[tuple[int, int]]:
    """Where what may be a document begins, and how many bytes stand before it there."""
    marks = list(_MARKS.items())
    starts: set[tuple[int, int]] = set()
    for end, number in _search().ends(letters):
        mark, (first, before) = marks[number]
        starts.add((end - len(mark) - first, before))
    return sorted(one for one in starts if one[0] >= 0)


@lru_cache(maxsize=1)
def _search() -> Search:
    return Search([re.escape(one) for one in _MARKS])


def _letters(text: bytes) -> bytes:
    """A text as one run of the first alphabet, without what parts its lines."""
    for begin, every in _ESCAPED:
        if begin in text:
            for written, meant in every:
                text = text.replace(written, meant)
    return text.translate(_PLAIN, _BLANKS)


def _run(letters: bytes, start: int = 0, until: int = sys.maxsize) -> bytes:
    found = _RUN.match(letters, start, until)
    return found[0] if found is not None else b""


def _decoded(run: bytes) -> bytes:
    rest = len(run) % 4
    return b64decode(run[: len(run) - rest] + (run[-rest:] + b"=" * (4 - rest) if rest > 1 else b""))


def _in_short_lines(block: bytes) -> bytes | None:
    """The text in lines of base 64 that are all as long, the last one apart; None where they are none."""
    lines = block.split()
    if len({len(one) for one in lines[:-1]}) > 1 or len(lines[-1]) > len(lines[0]):
        return None
    found = decoded_text(b"".join(lines))
    return found[1] if found is not None and found[0] == 0 else None
