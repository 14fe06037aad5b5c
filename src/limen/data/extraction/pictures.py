"""Pictures: what they say of themselves (EXIF, IPTC, XMP, remarks) and what stands behind them. Pixels are not read."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final, cast

from PIL import ExifTags, Image, IptcImagePlugin
from PIL.ImageFile import ImageFile

from limen.data.documents import WhyNot
from limen.data.extraction.inflating import Inflate, Unpacked
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.portable import xmp_of

FORMATS: Final = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "MPO")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_LENGTH, _CHUNK = 4, 8
_CHUNK_SUM: Final = 4
_SCAN: Final = 0xDA
_SHORTEST_TAIL: Final = 16
_LONGEST: Final = 1 << 20
_IFDS: Final = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop)


def read_picture(data: bytes, budget: Budget) -> Iterator[Piece]:
    """What a picture says besides what it shows. Raises UnreadableError where it is broken."""
    Image.MAX_IMAGE_PIXELS = None  # no pixel is ever made
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            texts = list(_said(Image.open(io.BytesIO(data), formats=FORMATS)))
    except Exception:  # noqa: BLE001 -- each format raises errors of its own
        yield WhyNot.BROKEN
        texts = []
    for text in texts:
        budget.take(len(text))
    yield from lines("picture properties", [*texts, xmp_of(data)])
    end = 0
    if data.startswith(_PNG):
        end = yield from _png(data, budget)
    elif data.startswith(_JPEG):
        end = _end_of_jpeg(data)
    if 0 < end <= len(data) - _SHORTEST_TAIL:
        yield Inner("behind the picture", data[end:])


def _said(picture: Image.Image) -> Iterator[str]:
    for key, value in picture.info.items() if picture.format != "PNG" else ():
        if key not in {"exif", "icc_profile", "xmp", "photoshop"}:
            yield from _texts(value)
    yield from _of_exif(picture.getexif())
    yield from _texts((IptcImagePlugin.getiptcinfo(cast("ImageFile", picture)) or {}).values())


def _of_exif(exif: Image.Exif) -> Iterator[str]:
    yield from _texts(exif.values())
    for number in _IFDS:
        yield from _texts(exif.get_ifd(number).values())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:_LONGEST]
    elif isinstance(value, bytes):
        yield value[:_LONGEST].replace(b"\0", b"").decode("utf-8", "replace")
    elif isinstance(value, Iterable) and not isinstance(value, dict):
        for one in value:
            yield from _texts(one) if isinstance(one, str | bytes | list | tuple) else ()


def _png(data: bytes, budget: Budget) -> Generator[Piece, None, int]:
    """The texts of a PNG (its specification, 11.3.3), also those behind the pixels. Returns where it ends."""
    at = len(_PNG)
    while at + _CHUNK <= len(data):
        length = int.from_bytes(data[at : at + _LENGTH])
        kind = data[at + _LENGTH : at + _CHUNK]
        content = data[at + _CHUNK : at + _CHUNK + length]
        at += _CHUNK + length + _CHUNK_SUM
        if kind == b"IEND":
            return at
        if kind in {b"tEXt", b"iTXt", b"zTXt"}:
            yield from lines("picture properties", [_text_of_chunk(kind, content, budget)])
        elif kind == b"eXIf":
            exif = Image.Exif()
            exif.load(content)
            yield from lines("picture properties", list(_of_exif(exif)))
    yield WhyNot.BROKEN
    return 0


def _text_of_chunk(kind: bytes, content: bytes, budget: Budget) -> str:
    keyword, _, rest = content.partition(b"\0")
    is_packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].split(b"\0", 2)[-1]
    elif kind == b"zTXt":
        rest = rest[1:]
    text = b"".join(Unpacked(Inflate(zlib.MAX_WBITS), rest, 0, budget)) if is_packed else rest
    return (keyword + b" " + text).decode("utf-8", "replace")


def _end_of_jpeg(data: bytes) -> int:
    """Where a JPEG ends (ITU-T T.81 B.1): behind the first mark of an end that is in no segment; 0 if it has none."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == _SCAN:
            end = data.find(b"\xff\xd9", at)
            return end + 2 if end >= 0 else 0
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0
