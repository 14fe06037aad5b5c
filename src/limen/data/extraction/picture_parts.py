"""What stands in a picture besides its pixels, by how each format is built: parts with words, and all behind its end.

Each gives the contents of such parts, and returns where the picture ends, 0 where it has no end.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Generator, Iterator
from typing import Final, TypeAlias

Parts: TypeAlias = Generator[bytes, None, int]

_SHORTEST: Final = 6
"""Shorter ones hold numbers."""

_JPEG_MARKER: Final = re.compile(rb"\xff++([^\x00\xd0-\xd7\xff])")
_MARKER_BEHIND: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Without what may fill up before it: one first byte is searched for faster than many, and all pixels are."""
_SCAN, _END = 0xDA, 0xD9
_ALONE: Final = frozenset({0x01, 0xD8})
_PIXELS: Final = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD})
"""Tables and frames (ITU-T T.81, B.1)."""


def of_jpeg(data: bytes) -> Parts:
    """All segments but those of the pixels, also between scans; behind the first end comes something else."""
    at = 2
    while marker := _JPEG_MARKER.match(data, at):
        code, at = marker[1][0], marker.end()
        if code == _END:
            return at
        if code in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        if code not in _PIXELS and length > _SHORTEST:
            yield data[at + 2 : at + length]
        at += max(length, 2)
        if code == _SCAN:
            following = _MARKER_BEHIND.search(data, at)
            at = following.start() if following is not None else len(data)
    return at if at < len(data) else 0


_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_HAS_COLOURS, _COLOURS = 0x80, 0x07


def of_gif(data: bytes) -> Parts:
    """Extensions, with remarks and what programs keep (GIF89a, 23 to 26)."""
    at = 13 + _colours(data, 10)
    while at < len(data):
        kind = data[at]
        if kind == _TRAILER:
            return at + 1
        if kind == _EXTENSION:
            content, at = _blocks(data, at + 2)
            if len(content) > _SHORTEST:
                yield content
        elif kind == _IMAGE:
            _, at = _blocks(data, at + 11 + _colours(data, at + 9))
        else:
            return at
    return at if at == len(data) else 0  # some have no trailer


def _colours(data: bytes, at: int) -> int:
    """How many bytes a table of colours takes, by the flags there."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & _COLOURS) + 1) if flags & _HAS_COLOURS else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """What these blocks hold, each behind its length, and where they end."""
    pieces = []
    while at < len(data) and (length := data[at]):
        pieces.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(pieces), at + 1


_RIFF_PIXELS: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})


def of_webp(data: bytes) -> Parts:
    """Chunks but those of the pixels."""
    end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
    at = 12
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] not in _RIFF_PIXELS and length > _SHORTEST:
            yield data[at + 8 : min(at + 8 + length, end)]
        at += 8 + length + length % 2
    return end


_BITMAP: Final = struct.Struct("<2xI4xIIiiHHII")


def of_bitmap(data: bytes) -> Parts:
    """What stands between its head and its pixels, which are as many as its size says where they are not packed."""
    if len(data) < _BITMAP.size:
        return 0
    said, start, head, width, height, _, depth, packing, length = _BITMAP.unpack_from(data)
    if start - 14 - head > _SHORTEST:
        yield data[14 + head : start]
    rows = (width * depth + 31) // 32 * 4 * abs(height) if not packing and width > 0 else length
    end: int = start + rows if rows else said
    return min(end, len(data))


_PNG_MARK: Final = 8
_PNG_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"fdAT", b"fcTL", b"tRNS", b"IEND"})
_PNG_TEXTS: Final = frozenset({b"tEXt", b"iTXt", b"zTXt", b"iCCP", b"eXIf"})


def chunks_of_png(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """The kind and the content of each chunk, and where it ends: at the latest where a picture that was cut does."""
    at = _PNG_MARK
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at = min(at + length + 12, len(data))
        yield kind, content, at
        if kind == b"IEND":
            return


def of_png(data: bytes) -> Parts:
    """Chunks that are neither pixels nor texts, which are read as what they are."""
    for kind, content, end in chunks_of_png(data):
        if kind == b"IEND":
            return end
        if kind not in _PNG_PIXELS | _PNG_TEXTS and len(content) > _SHORTEST:
            yield content
    return 0


def of_tiff(data: bytes) -> Parts:
    """All of it: its parts lie in any order, and may lie anywhere."""
    yield data[8:]
    return len(data)


OF_FORMAT: Final[tuple[tuple[bytes, Callable[[bytes], Parts]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", of_png),
    (b"\xff\xd8\xff", of_jpeg),
    (b"GIF8", of_gif),
    (b"RIFF", of_webp),
    (b"BM", of_bitmap),
    (b"II*\0", of_tiff),
    (b"MM\0*", of_tiff),
    (b"II+\0", of_tiff),
    (b"MM\0+", of_tiff),
)
