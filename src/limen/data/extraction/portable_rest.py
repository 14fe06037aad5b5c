"""What a PDF holds besides what PDFium tells of: files that remarks carry, forms in XML, scripts, what no page names.

The file is gone through object by object as it stands (ISO 32000-2, 7.3), whatever its tables say, so that what was
replaced or hidden is seen as well. What draws pages is left to PDFium.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Container, Iterator
from hashlib import blake2b
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import Inflate, Unpacked
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.plain import read_runs
from limen.data.extraction.portable_weight import streams_of

_END: Final = b"endstream"
_DICTIONARY: Final = 4_096
"""So many bytes before a stream, its dictionary is looked for."""
_DRAWS: Final = re.compile(
    rb"/Subtype\s*/Image|/FontFile|/Length1\b|/FunctionType|/Type\s*/XRef|/N\s+[134]\b[^>]*/Alternate"
)
"""Pictures, letters, functions, tables and colours: nothing that anybody reads."""
_DRAWING: Final = re.compile(rb"(?:\s|^)(?:BT|Tj|TJ|cm|re|Do|gs|BDC)(?:\s|$)")
_PACKED_OTHERWISE: Final = re.compile(rb"/(?:LZW|RunLength|Crypt|LZ\w*|RL)")
_FILE: Final = re.compile(rb"/Type\s*/EmbeddedFile")
_LETTERS: Final = re.compile(rb"/(ASCII85|A85|ASCIIHex|AHx)")
_STRING: Final = re.compile(rb"(?s)\(((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+)(?:\)|(?=\()|\\?\Z)")
"""One that has no end is one, too: else it would be looked for from each beginning."""
_HEXADECIMAL: Final = re.compile(rb"<([0-9A-Fa-f\s]{12,})>")
_NAME: Final = re.compile(rb"/([^\s/<>\[\](){}%]{9,})")
_REMARK: Final = re.compile(rb"%([^\r\n]{6,})")
_ESCAPE: Final = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
_MEANT: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPED_NAME: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_BETWEEN: Final = re.compile(rb"endobj\b(.*?)(?=\d{1,10}\s+\d{1,5}\s+obj\b|\Z)", re.DOTALL)
_TABLES: Final = re.compile(
    rb"(?m)\d{10} \d{5} [nf]|\b(?:xref|trailer|startxref)\b|%[^\r\n]*+|<<[^<>]*+>>|<[0-9A-Fa-f\s]*+>"
    rb"|^[ \t]*+\d++(?: \d++)?+[ \t\r]*+$"
)
_DEEP: Final = 4
"""So deep, dictionaries behind tables hold others."""
_LAST: Final = b"%%EOF"
_SHORTEST: Final = 6
_SHORTEST_TAIL: Final = 16


def beside_pages(data: bytes, said: Container[str], files: Container[bytes], budget: Budget) -> Iterator[Piece]:
    """All of it, but lines that are `said` already, and `files` whose digests (`digest_of_file`) are there."""
    outside: list[bytes] = []
    at = 0
    for match in streams_of(data):
        if match.start() < at:
            continue
        outside.append(data[at : match.start()])
        end = data.find(_END, match.end())
        at = end if end >= 0 else len(data)
        for piece in _stream(data, match, at, outside, budget):
            if not isinstance(piece, Inner) or digest_of_file(piece.data) not in files:
                yield piece
    outside.append(data[at:])
    told = dict.fromkeys(one for piece in outside for one in _told(piece) if one.strip() not in said)
    yield from lines("beside the pages", list(told))
    yield from lines("beside the pages", list(_between(b"\n".join(outside))))
    end = data.rfind(_LAST)
    behind = data[end + len(_LAST) :] if end >= 0 else b""
    if len(behind.strip()) >= _SHORTEST_TAIL:
        yield Inner("behind it", behind.lstrip(b"\r\n"), is_part=True)


def _stream(data: bytes, match: re.Match[bytes], end: int, outside: list[bytes], budget: Budget) -> Iterator[Piece]:
    budget.tick()
    dictionary = data[max(0, match.start() - _DICTIONARY) : match.start()]
    dictionary = _unescaped(dictionary[dictionary.rfind(b" obj") + 1 :])
    if _DRAWS.search(dictionary):
        return
    is_file = _FILE.search(dictionary) is not None
    if _PACKED_OTHERWISE.search(dictionary):
        if is_file:
            yield WhyNot.UNKNOWN_KIND
        return
    content = _content(data, match.end(), end, dictionary, budget)
    if is_file:
        budget.member()
        yield Inner("attached file", content)
    elif b"/ObjStm" in dictionary:
        outside.append(content)
    elif _DRAWING.search(content[:_DICTIONARY]):
        return
    elif kinds_of(content) == ("unknown",):  # tables of letters, and the like
        yield from read_runs(content, budget)
    else:
        budget.member()
        yield Inner("beside the pages", content, is_part=True)


def digest_of_file(content: bytes) -> bytes:
    """By which a file is known that is met twice."""
    return blake2b(content, digest_size=16).digest()


def _content(data: bytes, start: int, end: int, dictionary: bytes, budget: Budget) -> bytes:
    """What a stream unpacks to; as it stands, where nothing is packed."""
    written = data[start:end]
    for name in _LETTERS.findall(dictionary):
        try:
            letters = written.strip().removesuffix(b">").removesuffix(b"~")
            is_85 = name.endswith(b"85")
            written = base64.a85decode(letters) if is_85 else binascii.unhexlify(re.sub(rb"[^0-9A-Fa-f]", b"", letters))
        except ValueError:
            return written
    while _is_deflated(written):
        unpacked = bytearray()
        try:
            for piece in Unpacked(Inflate(zlib.MAX_WBITS), written, 0, budget):
                unpacked += piece
        except UnreadableError as error:
            if error.why_not is not WhyNot.BROKEN:
                raise
        if not unpacked:
            break
        written = bytes(unpacked)
    return written


def _is_deflated(data: bytes) -> bool:
    """Whether it begins as zlib writes (RFC 1950, 2.2)."""
    return len(data) > 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0


def _told(outside: bytes) -> Iterator[str]:
    """Strings, long names and remarks."""
    for one in _STRING.findall(outside):
        yield _text(_ESCAPE.sub(_meant, one))
    for one in _HEXADECIMAL.findall(outside):
        digits = re.sub(rb"\s", b"", one)
        yield _text(binascii.unhexlify(digits + b"0" * (len(digits) % 2)))
    for expression in (_NAME, _REMARK):
        for one in expression.findall(outside):
            yield _text(_unescaped(one))


def _between(outside: bytes) -> Iterator[str]:
    """What stands between objects, where nothing is to stand but tables."""
    for one in _BETWEEN.findall(outside):
        rest = one
        for _ in range(_DEEP):
            rest = _TABLES.sub(b"\n", rest)
        rest = rest.strip()
        if len(rest) >= _SHORTEST:
            yield _text(rest)


def _meant(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code.isdigit():
        return bytes([int(code, 8) & 0xFF])
    return b"" if code.endswith(b"\n") else _MEANT.get(code, code)


def _unescaped(name: bytes) -> bytes:
    return _ESCAPED_NAME.sub(lambda match: bytes([int(match[1], 16)]), name)


def _text(string: bytes) -> str:
    if string.startswith((b"\xfe\xff", b"\xff\xfe")):
        return string.decode("utf-16", "replace")
    return string.replace(b"\0", b"").decode("utf-8" if string.startswith(b"\xef\xbb\xbf") else "latin-1", "replace")
