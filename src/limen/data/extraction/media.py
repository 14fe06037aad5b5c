"""Sound, films, letters and drawings: nothing in them is text that anybody reads, if that is what they are.

Three bytes make anything look like a song. So each is gone through by how its format is built, to its end; and one that
holds the mark of an archive is none, because programs that unpack look for that mark and for nothing else.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from limen.data.extraction.searching import Search

_ARCHIVES: Final = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\0\0\0\0",
    b"\xfd7zXZ\0",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)
_SLACK: Final = 4
"""So many bytes may fill up an end."""


def is_media(data: bytes) -> bool:
    """Whether all of it is sound, film, letters or a drawing."""
    fits = next((fits for at, mark, fits in _FORMATS if data.startswith(mark, at)), None)
    return fits is not None and _is(fits, data)


def is_own_part(data: bytes) -> bool:
    """Whether all of it is what documents keep for programs: letters that are hidden, and settings of printers."""
    return _is(_is_hidden_font, data) or _is(_are_settings_of_a_printer, data)


def _is(fits: Callable[[bytes], bool], data: bytes) -> bool:
    try:
        return fits(data) and not _archives().ends(data)
    except (struct.error, IndexError):  # it is cut
        return False


def _reaches_end(data: bytes, start: int, length_at: Callable[[bytes, int], int]) -> bool:
    """Whether parts, each as long as `length_at` says (0: there is none), reach from there to the end."""
    at = start
    while at < len(data) and (length := length_at(data, at)) > 0:
        at += length
    return start < len(data) <= at <= len(data) + 1


@lru_cache(maxsize=1)
def _archives() -> Search:
    return Search([re.escape(mark) for mark in _ARCHIVES])


# Containers


def _riff(data: bytes, at: int) -> int:
    """A chunk of WAV or AVI."""
    if not data.startswith((b"RIFF", b"RF64", b"JUNK", b"LIST", b"idx1"), at):
        return 0
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    return 8 + length + length % 2


def _form(data: bytes, at: int) -> int:
    """A chunk of AIFF or MIDI."""
    return 8 + int.from_bytes(data[at + 4 : at + 8]) if data.startswith((b"FORM", b"MThd", b"MTrk"), at) else 0


_BOX: Final = re.compile(rb"[a-zA-Z0-9 ]{4}")
_TO_THE_END, _LONG_BOX = 0, 1


def _box(data: bytes, at: int) -> int:
    """A box of MP4, HEIC, AVIF or JPEG 2000 (ISO 14496-12, 4.2)."""
    length = int.from_bytes(data[at : at + 4])
    if not _BOX.match(data, at + 4):
        return 0
    if length == _TO_THE_END:
        return len(data) - at
    return int.from_bytes(data[at + 8 : at + 16]) if length == _LONG_BOX else length


def _page(data: bytes, at: int) -> int:
    """A page of Ogg (RFC 3533, 6)."""
    if not data.startswith(b"OggS", at) or at + 27 > len(data):
        return 0
    return 27 + data[at + 26] + sum(data[at + 27 : at + 27 + data[at + 26]])


def _element(data: bytes, at: int) -> int:
    """An element of Matroska or WebM (RFC 8794)."""
    name = 9 - data[at].bit_length()
    first = data[at + name] if name <= 4 and at + name < len(data) else 0
    size = 9 - first.bit_length()
    if not first:
        return 0
    length = int.from_bytes(data[at + name : at + name + size]) & ~(1 << 7 * size)
    is_open = length == (1 << 7 * size) - 1
    return len(data) - at if is_open else name + size + length


def _object(data: bytes, at: int) -> int:
    """An object of Windows Media (ASF, 2.1)."""
    return int.from_bytes(data[at + 16 : at + 24], "little")


# Sound without a container

_RATES: Final = {
    (True, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second, of version 1 and of those after it, by layer: 3 is the first (ISO 11172-3, 2.4.2.3)."""
_HERTZ: Final = (44_100, 48_000, 32_000)
_FIRST_VERSION, _FIRST_LAYER = 3, 3
_TAG, _LENGTH_OF_TAG = b"TAG", 128
_OTHER_TAG, _LONGEST_TAG = b"APETAGEX", 1 << 16


def _is_mp3(data: bytes) -> bool:
    """Frames one behind the other, between tags (id3.org)."""
    at = 0
    while data.startswith(b"ID3", at):
        at += 10 + sum(
            (one & 0x7F) << shift for one, shift in zip(data[at + 6 : at + 10], (21, 14, 7, 0), strict=False)
        )
    at += len(data[at:]) - len(data[at:].lstrip(b"\0"))
    start = at
    while at < len(data) and (length := _frame(data, at)):
        at += length
    rest = data[at:].rstrip(b"\0") if len(data) - at > _LONGEST_TAG else data[at:]
    is_tag = rest.startswith(_TAG) and len(rest) == _LENGTH_OF_TAG
    return at > start and (is_tag or rest.startswith(_OTHER_TAG) or not rest.strip(b"\0")) and len(rest) < _LONGEST_TAG


def _frame(data: bytes, at: int) -> int:
    head = int.from_bytes(data[at : at + 4])
    version, layer, rate, hertz, pad = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != 0x7FF or version == 1 or not layer or rate in {0, 15} or hertz == len(_HERTZ):
        return 0
    is_first = version == _FIRST_VERSION
    bits = _RATES[is_first, layer][rate - 1] * 1_000
    a_second = _HERTZ[hertz] // (1 if is_first else 2 if version else 4)
    if layer == _FIRST_LAYER:
        return (12 * bits // a_second + pad) * 4
    return (144 if is_first or layer != 1 else 72) * bits // a_second + pad


def _adts(data: bytes, at: int) -> int:
    """A frame of AAC (ISO 13818-7, 6.2)."""
    is_one = data[at] == 0xFF and at + 6 < len(data) and data[at + 1] & 0xF6 == 0xF0
    return int.from_bytes(data[at + 3 : at + 6]) >> 5 & 0x1FFF if is_one else 0


def _is_flac(data: bytes) -> bool:
    """Blocks of metadata, and then frames (RFC 9639, 8)."""
    at, is_last = 4, False
    while not is_last and at + 4 <= len(data):
        is_last = data[at] & 0x80 != 0
        at += 4 + int.from_bytes(data[at + 1 : at + 4])
    return is_last and data[at : at + 2] in {b"\xff\xf8", b"\xff\xf9"}


# Letters and drawings


def _is_font(data: bytes) -> bool:
    """TrueType or OpenType: a table says where each of its parts is, of which the last reaches its end."""
    number = int.from_bytes(data[4:6])
    return _are_tables(data, [struct.unpack_from(">8x2I", data, 12 + 16 * one) for one in range(number)])


_TABLE: Final = re.compile(rb"[A-Za-z0-9/ ]{4}")


def _is_hidden_font(data: bytes) -> bool:
    """The same in a document of Office, of which the first 32 bytes are hidden (ECMA-376, 17.8.1)."""
    tables = []
    at = 12 + 16 * 2
    while _TABLE.match(data, at):
        start, length = struct.unpack_from(">8x2I", data, at)
        at += 16
        if start < at or start + length > len(data):
            break
        tables.append((start, length))
    return _are_tables(data, tables)


def _are_tables(data: bytes, tables: list[tuple[int, int]]) -> bool:
    ends = [start + length for start, length in tables]
    return bool(ends) and len(data) - _SLACK <= max(ends) <= len(data)


def _is_icon(data: bytes) -> bool:
    number = int.from_bytes(data[4:6], "little")
    entries = [struct.unpack_from("<8x2I", data, 6 + 16 * one) for one in range(number)]
    return _are_tables(data, [(start, length) for length, start in entries])


def _is_drawing_in_layers(data: bytes) -> bool:
    """Photoshop: four sections, each behind its length, and then the pixels."""
    at = 26
    for _ in range(3):
        at += 4 + int.from_bytes(data[at : at + 4])
    return at < len(data)


def _says_its_length(at: int, order: str, unit: int = 1, head: int = 0) -> Callable[[bytes], bool]:
    """Formats that say at one place how long they are."""

    def fits(data: bytes) -> bool:
        said = int.from_bytes(data[at : at + 4], "big" if order == "big" else "little") * unit + head
        return len(data) - _SLACK < said <= len(data)

    return fits


def _are_settings_of_a_printer(data: bytes) -> bool:
    """As Windows keeps them (DEVMODEW): a name in 64 bytes, and how long its two parts are."""
    said: int = sum(struct.unpack_from("<68x2H", data))
    return len(data) - _SLACK <= said <= len(data)


def _parts(length_at: Callable[[bytes, int], int], start: int = 0) -> Callable[[bytes], bool]:
    """Formats that are parts one behind the other."""
    return lambda data: _reaches_end(data, start, length_at)


_FORMATS: Final[tuple[tuple[int, bytes, Callable[[bytes], bool]], ...]] = (
    (0, b"RIFF", _parts(_riff)),
    (0, b"FORM", _parts(_form)),
    (0, b"MThd", _parts(_form)),
    (4, b"ftyp", _parts(_box)),
    (4, b"jP  ", _parts(_box)),
    (4, b"moov", _parts(_box)),
    (0, b"OggS", _parts(_page)),
    (0, b"\x1a\x45\xdf\xa3", _parts(_element)),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _parts(_object)),
    (0, b"\xff\xf1", _parts(_adts)),
    (0, b"\xff\xf9", _parts(_adts)),
    (0, b"ID3", _is_mp3),
    (0, b"\xff", _is_mp3),
    (0, b"fLaC", _is_flac),
    (0, b"\0\1\0\0", _is_font),
    (0, b"OTTO", _is_font),
    (0, b"true", _is_font),
    (0, b"wOFF", _says_its_length(8, "big")),
    (0, b"wOF2", _says_its_length(8, "big")),
    (34, b"LP", _says_its_length(0, "little")),
    (0, b"\0\0\1\0", _is_icon),
    (0, b"8BPS", _is_drawing_in_layers),
    (40, b" EMF", _says_its_length(48, "little")),
    (0, b"\xd7\xcd\xc6\x9a", _says_its_length(28, "little", unit=2, head=22)),
)
"""By a mark at some place; a metafile of Windows counts in words."""
