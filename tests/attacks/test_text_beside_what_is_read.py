"""Text, and documents, that stand where no reader of their kind looks: behind, between, in free fields."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction import portable

_TEXT = made.SEEN.encode()


def _finds(data: bytes) -> set[str]:
    return {what for what, _ in made.finds(made.inspected(data))}


# Packed


def _tar(*, bad: str = "") -> bytes:
    whole = bytearray(made.tarred({"a": b"hello", "b": b"hello", "c.csv": _TEXT}))
    if bad:
        at = {"first": 0, "second": 1024, "last": 2048}[bad]
        whole[at + 148 : at + 156] = b"0000000\0"
    return bytes(whole)


def _tar_with(**fields: object) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a")
        member.size = len(_TEXT)
        for name, value in fields.items():
            setattr(member, name, value)
        archive.addfile(member, io.BytesIO(_TEXT if "type" in fields else b"hello".ljust(len(_TEXT))))
    return file.getvalue()


def _gzip_with_fields(flags: int, fields: bytes) -> bytes:
    whole = gzip.compress(b"hello")
    return whole[:3] + bytes([flags]) + whole[4:10] + fields + whole[10:]


def _zip_in_word() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in (("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<a/>")):
            info = zipfile.ZipInfo(name)
            info.comment = _TEXT
            archive.writestr(info, content)
    return whole.getvalue()


_PACKED = {
    "behind gzip": gzip.compress(b"hello") + _TEXT,
    "behind bzip2": bz2.compress(b"hello") + _TEXT,
    "behind xz": lzma.compress(b"hello") + _TEXT,
    "a document behind gzip": gzip.compress(b"hello") + bytes(9) + made.tarred({"a": _TEXT}),
    "in a remark of gzip": _gzip_with_fields(0x10, _TEXT + b"\0"),
    "in a remark of the second gzip": gzip.compress(b"a") + _gzip_with_fields(0x10, _TEXT + b"\0"),
    "in a free field of gzip": _gzip_with_fields(0x04, len(_TEXT).to_bytes(2, "little") + _TEXT),
    "in a tar behind a tar": made.tarred({"a": b"hello"}) + made.tarred({"c.csv": _TEXT}),
    "behind a tar": made.tarred({"a": b"hello"}) + _TEXT,
    "behind a header that is none": _tar(bad="second"),
    "with a header that is none": _tar(bad="last"),
    "in what fills a block of a tar": made.tarred({"a": b"hello"}).replace(
        b"hello" + bytes(99), b"hello" + _TEXT + bytes(72)
    ),
    "with an owner in a tar": _tar_with(uname=made.SEEN),
    "as no file in a tar": _tar_with(type=b"Z"),
    "in a remark of a member of Word": _zip_in_word(),
}


@pytest.mark.parametrize("where", _PACKED)
def test_what_stands_beside_packed_files_is_read(where: str) -> None:
    assert "card" in _finds(_PACKED[where])


def test_tar_files_that_some_programs_end_early_are_broken() -> None:
    for data in (_tar(bad="second"), made.tarred({"a": b"hello"}) + _TEXT):
        assert made.why_not(data) == {WhyNot.BROKEN}
    assert not made.why_not(_tar())


# PDF


def _portable(change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _file(writer: PdfWriter) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(_TEXT)
    stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
    within = DictionaryObject({NameObject("/F"): writer._add_object(stream.flate_encode())})
    return writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/Filespec"), NameObject("/EF"): within})
    )


def _remark_with_a_file(writer: PdfWriter) -> None:
    remark = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FileAttachment"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (0, 0, 20, 20))),
            NameObject("/FS"): _file(writer),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(remark)])


def _script(writer: PdfWriter) -> None:
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(f"alert({made.SEEN})")}
    )


def _form(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"<xdp><datasets><n>" + _TEXT + b"</n></datasets></xdp>")
    form = {NameObject("/XFA"): writer._add_object(stream.flate_encode()), NameObject("/Fields"): ArrayObject()}
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(form)


def _attached(number: int) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        for one in range(number):
            writer.add_attachment(f"a{one:04}", b"x")
        writer.add_attachment("z.csv", _TEXT)

    return change


_PORTABLE = {
    "a file at a remark": _portable(_remark_with_a_file),
    "a script": _portable(_script),
    "a form": _portable(_form),
    "behind its end": _portable(lambda _: None) + _TEXT,
    "a document behind its end": _portable(lambda _: None) + bz2.compress(_TEXT),
    "attached": _portable(_attached(2)),
}


@pytest.mark.parametrize("where", _PORTABLE)
def test_what_a_pdf_holds_beside_its_pages_is_read(where: str) -> None:
    looked_into = made.inspected(_PORTABLE[where])
    assert {what for what, _ in made.finds(looked_into)} == {"card"}
    assert not looked_into.why_not


def test_more_attached_than_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable, "_MOST_ATTACHED", 2)
    assert made.why_not(_portable(_attached(2))) == {WhyNot.TOO_MANY}


# Pictures


def _picture(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind, **options)
    return file.getvalue()


def _segment(code: bytes, content: bytes) -> bytes:
    return b"\xff" + code + (len(content) + 2).to_bytes(2) + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


_JPEG, _PNG, _GIF = _picture("JPEG"), _picture("PNG"), _picture("GIF")
_BMP = _picture("BMP")
_PICTURES = {
    **{
        f"behind a {kind}": _picture(kind) + b"\n" * 20 + _TEXT
        for kind in ("JPEG", "BMP", "TIFF", "WEBP", "PNG", "GIF")
    },
    "behind a JPEG that is filled up": _JPEG[:2] + b"\xff" + _JPEG[2:] + b"\n" * 20 + _TEXT,
    "in the first of two remarks of a JPEG": _JPEG[:2]
    + _segment(b"\xfe", _TEXT)
    + _segment(b"\xfe", b"other")
    + _JPEG[2:],
    "in a segment of a JPEG": _JPEG[:2] + _segment(b"\xe5", _TEXT) + _JPEG[2:],
    "a document in a segment of a JPEG": _JPEG[:2] + _segment(b"\xe5", gzip.compress(_TEXT)) + _JPEG[2:],
    "before the end of a JPEG": _JPEG[:-2] + _segment(b"\xfe", _TEXT) + _JPEG[-2:],
    "in a chunk of a PNG": _PNG[:33] + _chunk(b"prVt", _TEXT) + _PNG[33:],
    "in the colours of a PNG": _PNG[:33] + _chunk(b"iCCP", b"a\0\0" + zlib.compress(_TEXT)) + _PNG[33:],
    "in a remark of a GIF": _GIF[:-1] + b"\x21\xfe" + bytes([len(_TEXT)]) + _TEXT + b"\0\x3b",
    "before the pixels of a BMP": _BMP[:10] + (54 + len(_TEXT)).to_bytes(4, "little") + _BMP[14:54] + _TEXT + _BMP[54:],
    "in the properties of a TIFF": _picture("TIFF", description=made.SEEN),
}


@pytest.mark.parametrize("where", _PICTURES)
def test_what_stands_in_a_picture_is_read(where: str) -> None:
    assert _finds(_PICTURES[where]) == {"card"}


@pytest.mark.parametrize("kind", ["JPEG", "BMP", "TIFF", "WEBP", "PNG", "GIF"])
def test_an_honest_picture_is_read(kind: str) -> None:
    assert not made.why_not(_picture(kind))


# What calls itself something that nobody reads

_BLOB = bytes((number * 7 + number * number) % 256 for number in range(300_000))
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + _BLOB[:900]


@pytest.mark.parametrize(
    "mark", [b"ID3", b"ID3\x04\0\0\0\0\0\0", b"RIFF\0\0\0\0WAVE", b"OggS", b"\0\0\0\x18ftypmp42", b""]
)
def test_a_mark_makes_no_song_of_an_archive(mark: bytes) -> None:
    assert WhyNot.UNKNOWN_KIND in made.why_not(mark + _SEVEN_ZIP)


def test_a_document_has_little_that_nobody_knows() -> None:
    def holding(name: str, *contents: bytes) -> bytes:
        files = {f"{name}{number}": one for number, one in enumerate(contents)}
        return made.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>", **files})

    assert not made.why_not(holding("word/printerSettings", _BLOB[:9_000], _BLOB[:9_000]))
    assert made.why_not(holding("word/printerSettings", _BLOB)) == {WhyNot.UNKNOWN_KIND}
    assert made.why_not(holding("word/printerSettings", *[_BLOB[:30_000]] * 10)) == {WhyNot.UNKNOWN_KIND}
    assert made.why_not(holding("word/media/image", _SEVEN_ZIP)) == {WhyNot.UNKNOWN_KIND}
