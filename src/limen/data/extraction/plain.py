"""Text as it is, in the encodings that are met, and the text that lies in bytes of no known kind."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from limen.data.documents import Part
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Piece
from limen.data.extraction.searching import Search

PIECE: Final = 1 << 16
"""So many bytes are decoded at once."""
LOOK: Final = 8_192
"""The encoding is told by so many bytes."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before that of UTF-16, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ODD: Final = bytes(range(1, 9)) + bytes(range(14, 27)) + bytes(range(28, 32))
"""Control characters that text has none of; escape is in logs with colours."""
_MOST_ODD: Final = 0.005
_WIDE: Final = 0.35
"""In UTF-16 of European languages more than this share of all bytes is zero, on one side."""
_NO_TEXT: Final = bytes.maketrans(bytes(range(1, 32)) + bytes(range(0x7F, 0xC0)), b"\n" * 96)
_NO_ASCII: Final = bytes(code if 32 <= code < 127 else 10 for code in range(256))
_SHORTEST: Final = 6
_RUN: Final = re.compile(rb"[^\n]{6,}")  # of one byte alone: a set of them takes twice as long


def encoding_of(start: bytes) -> str:
    """The encoding in which these first bytes are text; "" where they are none in any.

    What is no UTF-8 counts as Windows-1252, which holds ISO 8859-1 as well.
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    look = start[:LOOK]
    if b"\0" in look:
        return _without_mark(look)
    if _is_odd(look):
        return ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(look)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _is_odd(look: bytes) -> bool:
    return len(look.translate(None, _ODD)) < len(look) * (1 - _MOST_ODD)


def _without_mark(look: bytes) -> str:
    """UTF-16 without its mark, told by the side on which the zeros are."""
    even, odd = look[0::2].count(0), look[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > _WIDE * len(look) and others * 20 < zeros and not _is_odd(look.translate(None, b"\0")):
            return encoding
    return ""


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Text in this encoding as UTF-8, piece by piece. UTF-8 itself is passed on as it is."""
    if encoding == "utf-8":
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in chain(pieces, (None,)):
        text = decoder.decode(piece or b"", final=piece is None)
        if text:
            yield text.encode("utf-8", "replace")


def numbered(pieces: Iterable[bytes], where: str = "") -> Iterator[Part]:
    """UTF-8 as parts with line numbers."""
    line = 1
    for piece in pieces:
        yield Part(where, piece, line)
        line += piece.count(b"\n")


def read_text(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Plain text."""
    pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
    for one in numbered(decoded(pieces, encoding_of(data[:LOOK]) or "cp1252")):
        budget.tick()
        yield one


def read_runs(data: bytes, budget: Budget) -> Iterator[Piece]:
    """What can be read in bytes of no known kind: runs of letters, also where zeros stand between them."""
    for at in range(0, len(data), PIECE):
        budget.tick()
        piece = data[at : at + PIECE + 200]  # what lies across the end is seen whole once
        runs = _RUN.findall(piece.translate(_NO_TEXT, b"\0"))
        if runs:
            yield Part("", b"\n".join(runs) + b"\n")


def read_media(data: bytes, budget: Budget) -> Iterator[Piece]:
    """What can be read in sound and films, most of which is noise: runs of ASCII. One of Latin letters in another
    encoding is cut there; in noise, a hundred times as many would be those of nobody.
    """
    for at in range(0, len(data), PIECE):
        budget.tick()
        piece = data[at : at + PIECE + 200].translate(_NO_ASCII, b"\0") + b"\n"
        ends = [end - 1 for end, _ in _runs_end().ends(piece)]
        if ends:
            yield Part("", b"".join(piece[piece.rfind(b"\n", 0, end) + 1 : end + 1] for end in ends))


@lru_cache(maxsize=1)
def _runs_end() -> Search:
    return Search([rb"[^\n]{%d}\n" % _SHORTEST])
