"""What a PDF holds besides its pages."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Inner, Piece
from limen.data.extraction.portable_rest import beside_pages, digest_of_file

_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


def _read(rest: bytes, said: frozenset[str] = frozenset()) -> tuple[dict[str, str], dict[str, bytes], set[WhyNot]]:
    def reader(data: bytes, budget: Budget) -> Iterator[Piece]:
        return beside_pages(data, said, (), budget)

    return made.read_by(reader, _PDF + rest)


def _stream(content: bytes, dictionary: bytes) -> bytes:
    return b"2 0 obj\n<<" + dictionary + b">>\nstream\n" + content + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rb"(a \(b\) (c) \101\tB)", "a (b) (c) A\tB"),
        (rb"(no end", "no end"),
        (b"<" + "Grüße".encode("utf-16").hex().encode() + b">", "Grüße"),
        (b"/a#62cdefghij", "abcdefghij"),
        (b"% a remark", " a remark"),
    ],
)
def test_strings_names_and_remarks_are_read(written: bytes, meant: str) -> None:
    texts, _, _ = _read(b"2 0 obj\n<< /A " + written + b"\n>>\nendobj\n")
    assert meant in texts["beside the pages"]


def test_what_is_said_already_is_not_said_again() -> None:
    assert "hello" not in _read(b"2 0 obj\n(hello)\nendobj\n", frozenset({"hello"}))[0]["beside the pages"]


def test_what_stands_between_objects_is_read_and_tables_are_not() -> None:
    tables = (
        b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /A << /B 1 >> >>\nstartxref\n99\n"
    )
    assert _read(tables + b"%%EOF\n") == ({"beside the pages": "PDF-1.4\n"}, {}, set())
    assert made.SEEN in _read(made.SEEN.encode() + b"\n2 0 obj\n1\nendobj\n" + tables)[0]["beside the pages"]


@pytest.mark.parametrize(
    "dictionary",
    [
        b"/Type /EmbeddedFile /Filter /FlateDecode",
        b"/Type/Embedded#46ile",
        b"/Type /EmbeddedFile /Filter [/ASCIIHexDecode /FlateDecode]",
    ],
)
def test_files_are_documents(dictionary: bytes) -> None:
    content = zlib.compress(made.SEEN.encode())
    content = content.hex().encode() + b">" if b"Hex" in dictionary else content
    _, inner, _ = _read(_stream(content, dictionary))
    assert inner == {"attached file": made.SEEN.encode()}
    known = {digest_of_file(made.SEEN.encode())}
    assert not [
        one for one in beside_pages(_PDF + _stream(content, dictionary), (), known, Budget()) if one.__class__ is Inner
    ]


def test_a_file_that_is_packed_as_nobody_packs_files_is_told() -> None:
    assert _read(_stream(b"abc", b"/Type /EmbeddedFile /Filter /LZWDecode"))[2] == {WhyNot.UNKNOWN_KIND}


def test_what_draws_is_left_to_pages() -> None:
    for content, dictionary in (
        (b"BT (abcdefgh) Tj ET", b""),
        (b"abcdefgh", b"/Subtype /Image"),
        (b"abcdefgh", b"/Length1 8"),
    ):
        texts, inner, _ = _read(_stream(content, dictionary))
        assert "abcdefgh" not in str(texts) + str(inner)


@pytest.mark.parametrize(
    "text", [b"(", b"(a", b"(\\", b"(()", b"<<", b"endobj ", b"endobj\n" + b"\n" * 9, b"<ab", b"/"]
)
def test_what_begins_over_and_over_ends(text: bytes) -> None:
    _read(text * 60_000)
