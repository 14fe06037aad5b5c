"""Labels in PDF (ISO 32000-2): two entries of the Info dictionary (14.3.3), put in by an incremental update (7.5.6).

What was in the file stays as it was, to the byte; the update is appended. Microsoft's labels are read from the Info
dictionary and from XMP (14.3.2). The digest is of the whole file with the mark blanked: another program that saves it,
or another update, makes another content of it.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

from limen.data.labels import properties
from limen.data.labels.bounded_xml import MOST_BYTES, parsed
from limen.data.labels.model import MARK_NAME, NAME, OURS, Carried, NoLabelError, Properties, WhyNoLabel

START: Final = b"%PDF-"
_HEAD: Final = 1_024
"""Readers look for the start within so many bytes (ISO 32000-2, annex I)."""
_TAIL: Final = 2_048
_XMP: Final = "the XMP"
_LONGEST_NUMBER: Final = 12


def is_one(data: bytes) -> bool:
    return START in data[:_HEAD]


def read(data: bytes) -> Carried:
    reader = _opened(data)
    try:
        found = [*_info(reader), *_xmp(reader)]
    except (NoLabelError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 -- pypdf raises whatever a broken file makes it raise
        raise _broken() from None
    return properties.carried(found, lambda: sha256(properties.without_marks(data, found)).digest())


def write(data: bytes, word: str, mark: str) -> bytes:
    if b"/ByteRange" in data:
        raise NoLabelError(WhyNoLabel.SIGNED, "the document is signed, and a label in it would break the signature")
    reader = _opened(data)
    try:
        return data + _update(reader, data, word, mark)
    except (NoLabelError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 -- as in `read`
        raise _broken() from None


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise NoLabelError(WhyNoLabel.ENCRYPTED, "the document is encrypted")  # noqa: TRY301
        is_whole = isinstance(reader.trailer["/Root"], DictionaryObject)
    except (NoLabelError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 -- as in `read`
        raise _broken() from None
    if not is_whole:
        raise _broken()
    return reader


# Reading


def _info(reader: PdfReader) -> Properties:
    info = reader.trailer.get("/Info")
    info = info.get_object() if info is not None else None
    for name, value in info.items() if isinstance(info, DictionaryObject) else ():
        yield str(name).removeprefix("/"), str(value)


def _xmp(reader: PdfReader) -> Properties:
    root: Any = reader.trailer["/Root"]
    stream = root.get("/Metadata")
    stream = stream.get_object() if stream is not None else None
    if isinstance(stream, StreamObject):
        yield from _named(parsed(_plain(stream).strip(b"\0 \r\n\t"), _XMP))


def _plain(stream: StreamObject) -> bytes:
    """A stream's bytes, of which no more are unpacked than are looked at. XMP is mostly not packed at all."""
    packed, how = bytes(stream._data), stream.get("/Filter")  # noqa: SLF001 -- `get_data` unpacks all of it
    if how is None:
        return packed
    if how not in ("/FlateDecode", ["/FlateDecode"]) or "/DecodeParms" in stream:
        raise _broken()
    return zlib.decompressobj().decompress(packed, MOST_BYTES + 1)


def _named(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every element and attribute by its local name. Acrobat writes `_` in names as `_x005f_`."""
    for one in root.iter():
        if isinstance(one.tag, str):
            pairs = [(one.tag, one.text or ""), *((str(name), str(value)) for name, value in one.attrib.items())]
            for name, value in pairs:
                yield name.rpartition("}")[2].replace("_x005f_", "_"), value


# Writing


def _update(reader: PdfReader, data: bytes, word: str, mark: str) -> bytes:
    """The bytes that follow the file: the Info dictionary anew, where it lies, and a trailer."""
    before, is_table = _last_section(data)
    trailer = reader.trailer
    size = int(str(trailer["/Size"]))
    info = trailer.raw_get("/Info") if "/Info" in trailer else None
    number, generation = (info.idnum, info.generation) if isinstance(info, IndirectObject) else (size, 0)
    start = b"" if data.endswith(b"\n") else b"\n"
    at = len(data) + len(start)
    written = b"%d %d obj\n%s\nendobj\n" % (number, generation, _info_with(trailer, word, mark))
    entries = {
        "/Size": b"%d" % max(size, number + 1),
        "/Root": _text(trailer.raw_get("/Root")),
        "/Info": b"%d %d R" % (number, generation),
        "/Prev": b"%d" % before,
    }
    if "/ID" in trailer:
        entries["/ID"] = _text(trailer.raw_get("/ID"))
    section_at = at + len(written)
    section = (
        _table(number, generation, at, entries) if is_table else _stream(number, generation, at, section_at, entries)
    )
    return start + written + section + b"startxref\n%d\n%%%%EOF\n" % section_at


def _last_section(data: bytes) -> tuple[int, bool]:
    """Where the last cross-reference section lies, and whether it is a table and no stream."""
    _, found, rest = data[-_TAIL:].rpartition(b"startxref")
    number = rest.split()[0] if found and rest.split() else b""
    if not number.isdigit() or len(number) > _LONGEST_NUMBER or int(number) >= len(data):
        raise _broken()
    at = int(number)
    is_table = data[at : at + 4] == b"xref"
    if not is_table and not data[at : at + 1].isdigit():
        raise _broken()
    return at, is_table


def _info_with(trailer: DictionaryObject, word: str, mark: str) -> bytes:
    info: Any = trailer["/Info"] if "/Info" in trailer else DictionaryObject()
    kept = [
        _text(NameObject(name)) + b" " + _text(info.raw_get(name))
        for name in info
        if str(name).removeprefix("/").lower() not in OURS
    ]
    # Neither a word nor a mark holds a character that a string would have to escape.
    ours = [f"/{name} ({value})".encode() for name, value in ((NAME, word), (MARK_NAME, mark)) if value]
    return b"<<\n" + b"\n".join([*kept, *ours]) + b"\n>>"


def _table(number: int, generation: int, at: int, entries: dict[str, bytes]) -> bytes:
    row = b"%010d %05d n\r\n" % (at, generation)
    return b"xref\n%d 1\n%strailer\n%s\n" % (number, row, _dictionary(entries))


def _stream(number: int, generation: int, at: int, section_at: int, entries: dict[str, bytes]) -> bytes:
    """A cross-reference stream (7.5.8): a row for the dictionary, and one for the stream itself."""
    own = int(entries["/Size"])
    rows = sorted([(number, at, generation), (own, section_at, 0)])
    packed = b"".join([struct.pack(">BQH", 1, offset, of) for _, offset, of in rows])
    entries = {
        "/Type": b"/XRef",
        **entries,
        "/Size": b"%d" % (own + 1),
        "/W": b"[1 8 2]",
        "/Index": b"[%s]" % b" ".join([b"%d 1" % one for one, _, _ in rows]),
        "/Length": b"%d" % len(packed),
    }
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, _dictionary(entries), packed)


def _dictionary(entries: dict[str, bytes]) -> bytes:
    return b"<<\n" + b"".join([name.encode() + b" " + value + b"\n" for name, value in entries.items()]) + b">>"


def _text(value: PdfObject | Any) -> bytes:
    buffer = io.BytesIO()
    value.write_to_stream(buffer)
    return buffer.getvalue()


def _broken() -> NoLabelError:
    return NoLabelError(WhyNoLabel.BROKEN, "the PDF can't be read")
