"""Pictures: what they say of themselves (EXIF, IPTC, XMP, remarks) and what stands behind them. Pixels are not read."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from PIL import ExifTags, Image, IptcImagePlugin
from PIL.ImageFile import ImageFile

from limen.data.documents import Part, WhyNot
from limen.data.extraction.inflating import Inflate, Unpacked
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget
from limen.data.extraction.picture_parts import OF_FORMAT, chunks_of_png
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.plain import read_runs
from limen.data.extraction.portable import xmp_of

FORMATS: Final = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "MPO")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
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
    if data.startswith(_PNG):
        yield from _texts_of_png(data, budget)
    yield from _beside(data, frozenset(texts), budget)


def _beside(data: bytes, said: frozenset[str], budget: Budget) -> Iterator[Piece]:
    """What stands in it besides its pixels, and behind it. What is `said` is left out."""
    walk = next((walk for mark, walk in OF_FORMAT if data.startswith(mark)), None)
    parts = walk(data) if walk is not None else None
    end = 0
    while parts is not None:
        try:
            content = next(parts)
        except StopIteration as ended:
            end = ended.value
            break
        if kinds_of(content) == ("unknown",):
            for one in read_runs(content, budget):
                yield Part("beside the picture", one.text) if isinstance(one, Part) else one
        elif content.decode("utf-8", "replace") not in said:
            budget.member()
            yield Inner("beside the picture", content, is_part=True)
    behind = data[end:].strip(b"\0")
    if not end:
        yield WhyNot.BROKEN
    elif len(behind) >= _SHORTEST_TAIL:
        yield Inner("behind the picture", behind, is_part=True)


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


def _texts_of_png(data: bytes, budget: Budget) -> Iterator[Piece]:
    """The texts of a PNG (its specification, 11.3.3), also those behind the pixels."""
    for kind, content, _ in chunks_of_png(data):
        if kind in {b"tEXt", b"iTXt", b"zTXt", b"iCCP"}:
            yield from lines("picture properties", [_text_of_chunk(kind, content, budget)])
        elif kind == b"eXIf":
            exif = Image.Exif()
            exif.load(content)
            yield from lines("picture properties", list(_of_exif(exif)))


def _text_of_chunk(kind: bytes, content: bytes, budget: Budget) -> str:
    keyword, _, rest = content.partition(b"\0")
    is_packed = kind in {b"zTXt", b"iCCP"} or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].split(b"\0", 2)[-1]
    elif is_packed:
        rest = rest[1:]
    text = b"".join(Unpacked(Inflate(zlib.MAX_WBITS), rest, 0, budget)) if is_packed else rest
    return (keyword + b" " + text).decode("utf-8", "replace")
