"""What the streams of a PDF unpack to, before PDFium unpacks them: it counts nothing itself.

Pictures are left out, which it does not unpack for their text. Filters that are named by reference are not seen here;
what PDFium makes of those, the limits of its process bound.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import Inflate, Unpacked
from limen.data.extraction.limits import Budget, Limits, UnreadableError

_STREAM: Final = re.compile(rb"stream\r?\n")
_NO_BEGINNING: Final = b"end"
_FILTERS: Final = re.compile(rb"/Filter\s*\[([^\]]{0,400})\]")
_PICTURE: Final = re.compile(rb"/Subtype\s*/Image")
_DICTIONARY: Final = 1_024
"""So many bytes before a stream, its dictionary is looked for."""
_MOST_FILTERS: Final = 2
"""A third is what nobody writes who has something to say."""
_MULTIPLY: Final = (b"/RunLengthDecode", b"/RL", b"/LZW")
_HEXADECIMAL, _ASCII_85 = b"/ASCIIHex", b"/ASCII85"


def streams_of(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where the streams of a PDF begin. A look behind in the expression itself makes it five times as slow."""
    return (one for one in _STREAM.finditer(data) if not data.endswith(_NO_BEGINNING, 0, one.start()))


def weigh(data: bytes, limits: Limits) -> None:
    """Raises UnreadableError where what is packed in a PDF is too much."""
    budget = Budget(limits)
    for match in streams_of(data):
        budget.tick()
        dictionary = data[max(0, match.start() - _DICTIONARY) : match.start()]
        dictionary = dictionary[dictionary.rfind(b" obj") + 1 :]
        if _PICTURE.search(dictionary):
            continue
        filters = _FILTERS.search(dictionary)
        names = filters[1].count(b"/") if filters else 1
        if names > _MOST_FILTERS or (names > 1 and filters and any(one in filters[1] for one in _MULTIPLY)):
            raise UnreadableError(WhyNot.TOO_LARGE)
        _count(_in_bytes(data, match.end(), filters[1] if filters else b""), budget)


def _in_bytes(data: bytes, start: int, filters: bytes) -> tuple[bytes, int]:
    """A stream without the letters that it may be written in, and where it begins."""
    if _ASCII_85 not in filters and _HEXADECIMAL not in filters:
        return data, start
    letters = data[start : data.find(b"endstream", start)].strip()
    try:
        if _HEXADECIMAL in filters:
            return binascii.unhexlify(re.sub(rb"[^0-9a-fA-F]", b"", letters)), 0
        return base64.a85decode(letters.removesuffix(b"~>")), 0
    except ValueError:
        return b"", 0


def _count(packed: tuple[bytes, int], budget: Budget) -> None:
    """Unpack what is deflated, and what that holds deflated once more; what is not deflated has its length."""
    data, start = packed
    begun = bytearray()
    is_packed = False
    try:
        for piece in Unpacked(Inflate(zlib.MAX_WBITS), data, start, budget):
            is_packed = is_packed or (not begun and piece.startswith(b"\x78"))
            if is_packed:
                begun += piece
    except UnreadableError as error:
        if error.why_not is not WhyNot.BROKEN:
            raise
    if is_packed:
        _count((bytes(begun), 0), budget)
