"""Documents that unpack to far more than they are, of every kind that is read."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping

from tests.data.extraction import made

_ZEROS = bytes(64 << 20)


def _nested(times: int) -> bytes:
    data = made.zipped({"0": bytes(9 << 20)})
    for _ in range(times):
        data = made.zipped({str(number): data for number in range(9)})
    return data


def _overlapping() -> bytes:
    """Members that each reach over all that come behind them, as in a bomb that needs no other within."""
    parts, entries, at = [], [], 0
    kernel = zlib.compress(bytes(1 << 20), 9)[2:-4]
    for number in range(900):
        name = b"%04d" % number
        parts.append(struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, 0, 0, 4, 0) + name)
        entries.append((name, at))
        at += len(parts[-1])
    body = b"".join(parts) + kernel
    directory = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body) - at, 1 << 20, 4, 0, 0, 0, 0, 0, at)
        + name
        for name, at in entries
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 900, 900, len(directory), len(body), 0)
    return body + directory + end


def _said_often() -> bytes:
    """A sheet of which each cell shows one long string."""
    return made.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/sharedStrings.xml": f"<sst><si><t>{'x' * 900_000}</t></si></sst>",
            "xl/worksheets/sheet1.xml": "<worksheet>" + '<row><c t="s"><v>0</v></c></row>' * 9_000 + "</worksheet>",
        }
    )


def _with_holes() -> bytes:
    """A tar file with a member that is one hole of 8 GiB (GNU's format)."""
    header = bytearray(tarfile.TarInfo("holes").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"00000000000\0"
    header[156:157] = b"S"
    header[386:482] = b"00000000000\0" * 8
    header[386:410] = b"77777777777\0" + b"00000000000\0"
    header[483:495] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def picture_with(chunk: bytes, content: bytes) -> bytes:
    picture = made.picture()
    at = picture.index(b"IDAT") - 4
    sum_ = struct.pack(">I", zlib.crc32(chunk + content))
    return picture[:at] + struct.pack(">I", len(content)) + chunk + content + sum_ + picture[at:]


def _portable_bomb(first: bytes = b"/FlateDecode", pack: Callable[[bytes], bytes] = zlib.compress) -> bytes:
    content = pack(zlib.compress(b"(a) Tj " * (8 << 20)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 9 9]>>",
        b"<</Length %d/Filter[%s/FlateDecode]>>stream\n%s\nendstream" % (len(content), first, content),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, one) for n, one in enumerate(objects, 1))
    return body + b"trailer<</Root 1 0 R>>"


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "zip": lambda: made.zipped({"0": _ZEROS}),
    "gzip": lambda: gzip.compress(_ZEROS),
    "bzip2": lambda: bz2.compress(_ZEROS),
    "xz": lambda: lzma.compress(_ZEROS),
    "zip in zip": lambda: _nested(2),
    "members that overlap": _overlapping,
    "Word of empty elements": lambda: made.zipped(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": b"<w>" + b"<a/>" * (16 << 20) + b"</w>"}
    ),
    "OpenDocument of blanks": lambda: made.zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": b"<a>" + b" " * (64 << 20) + b"</a>"}
    ),
    "a sheet that says one thing often": _said_often,
    "a remark in a picture": lambda: picture_with(b"zTXt", b"a\0\0" + zlib.compress(_ZEROS)),
    "holes": _with_holes,
    "a page deflated twice": _portable_bomb,
    "a page in letters": lambda: _portable_bomb(b"/ASCII85Decode", lambda it: base64.a85encode(it) + b"~>"),
    "a page of many filters": lambda: _portable_bomb(b"/RunLengthDecode/RunLengthDecode", lambda it: it),
}
