"""Documents that stand in a text in base 64 (RFC 4648): in pages, XML, forms, notes. And text that is encrypted there.

They are found by how the first bytes of each kind are written, through whatever blanks and ends of lines part them.
Text in base 64 is undone where it is scanned (`limen.data.normalising`), apart from what stands there in short lines.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece, part
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
    *((b"%2B", b"+"), (b"%2F", b"/"), (b"%2b", b"+"), (b"%2f", b"/"), (b"%0A", b""), (b"%0D", b"")),
    *((b"%0a", b""), (b"%0d", b""), (b"\\/", b"/"), (b"\\n", b""), (b"\\r", b"")),
)
_RUN: Final = re.compile(rb"[A-Za-z0-9+/]*")
_MARKS: Final = (
    *(b"UEsDB", b"UEsFB", b"JVBERi", b"0M8R4KGxGuE", b"N3q8ryc", b"UmFyIRoH", b"/Td6WFoA", b"e1xydG", b"H4sI", b"Qlpo"),
    *(b"iVBORw0KGgo", b"/9j/", b"R0lGODlh", b"R0lGODdh", b"TVNDRgAAAA"),
)
"""ZIP, PDF, compound files, 7z, RAR, xz, RTF, gzip, bzip2, pictures and cabinets."""
_BEGINS: Final = re.compile(
    rb"UEs[DF]B|JVBERi|0M8R4KGxGuE|N3q8ryc|UmFyIRoH|/Td6WFoA|e1xydG|H4sI[A-H]|Qlpo(?:M[Tjz]|N[DTjz]|O[DT])FBWSZT"
    rb"|iVBORw0KGgo|/9j/[247]|R0lGOD[ld]h|TVNDRgAAAA"
)
_TAR_MARKS: Final = (b"AAB1c3RhcgAw", b"AAB1c3RhciAg")
"""`ustar` behind 257 bytes of a header of which the last is zero."""
_TAR_AT: Final = 340
_AGAIN: Final = tuple(b64encode(one)[: len(one) * 4 // 3] for one in _MARKS)
"""The same, encoded once more."""
_ARMOURS: Final = (b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN AGE ENCRYPTED FILE-----")
_LONGEST_ARMOUR: Final = max(map(len, _ARMOURS))
_SHORT_LINES: Final = re.compile(
    rb"(?m)(?:^[ \t]*[A-Za-z0-9+/_-]{4,59}[ \t]*\r?\n){3,}"
    rb"[ \t]*[A-Za-z0-9+/_-]{0,59}={0,2}"
)


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
        for block in _SHORT_LINES.findall(text):
            if (found := _in_short_lines(block)) is not None:
                self._budget.take(len(found))
                yield part("base 64", found.decode("utf-8", "replace") + "\n")


def documents_in(text: bytes) -> Iterator[bytes]:
    """Each document that stands in a text in base 64."""
    letters, end = _letters(text), 0
    for start in _starts(letters):
        if start < end:
            continue
        run = _RUN.match(letters, start)
        end = run.end() if run is not None else start
        decoded = _decoded(letters[start:end])
        for _ in range(_OFTEN):
            if not decoded.startswith((*_MARKS, *_AGAIN)):
                break
            again = _RUN.match(_letters(decoded))
            decoded = _decoded(again[0] if again is not None else b"")
        if len(decoded) >= _SHORTEST:
            yield decoded


def _starts(letters: bytes) -> list[int]:
    """Where what may be a document begins."""
    starts = [at - _TAR_AT for mark in _TAR_MARKS for at in _places(letters, mark)]
    starts += [at for mark in _MARKS for at in _places(letters, mark) if _BEGINS.match(letters, at)]
    starts += [at for mark in _AGAIN for at in _places(letters, mark)]
    return sorted(one for one in starts if one >= 0)


def _places(letters: bytes, mark: bytes) -> Iterator[int]:
    at = letters.find(mark)
    while at >= 0:
        yield at
        at = letters.find(mark, at + len(mark))


def _letters(text: bytes) -> bytes:
    """A text as one run of the first alphabet, without what parts its lines."""
    if b"%" in text or b"\\" in text:
        for written, meant in _ESCAPED:
            text = text.replace(written, meant)
    return text.translate(_PLAIN, _BLANKS)


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
