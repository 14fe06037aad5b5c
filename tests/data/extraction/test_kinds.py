"""Kinds are told by content, all that some program would take the bytes for."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.extraction.kinds import kinds_of

SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + bytes(64)
SOUND = b"ID3\x04" + bytes(64)


@pytest.mark.parametrize("kind", made.DOCUMENTS)
def test_each_is_its_kind(kind: str) -> None:
    assert kinds_of(made.DOCUMENTS[kind]()) == (kind,)


def test_what_is_not_read_is_named() -> None:
    assert (kinds_of(SEVEN_ZIP), kinds_of(b"\x00\x01\x02" * 30), kinds_of(b"")) == (("7z",), ("unknown",), ("empty",))
    assert kinds_of(SOUND) == ("mp3",)


def test_two_documents_at_once_are_both() -> None:
    packed = made.zipped({"a.txt": made.SEEN})
    assert kinds_of(made.picture() + packed) == ("picture", "zip")
    assert kinds_of(made.portable() + made.word()) == ("pdf", "docx")
    assert kinds_of(b"plain text\n" * 9 + packed) == ("unknown", "zip")
    assert "zip" in kinds_of(b"plain text\n" * 900 + packed)
    assert kinds_of(b"\n" * 500 + made.portable())[0] == "pdf"
    begun = made.tarred({"%PDF-1.4 is the name of a file": b"a"})
    assert kinds_of(begun) == ("tar", "pdf")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BMW has sent an invoice\n", "text"),
        ("BZh is how this text begins", "bzip2"),
        ("To: whoever\nthis is no mail\n", "text"),
        ("<?xml version='1.0'?><a/>", "xml"),
        ("<!DOCTYPE html><p>x", "html"),
        ("  {\\rtf1 a}", "rtf"),
        ("a,b\n1,2\n3,4\n", "csv"),
        ("one, two\nand three\n", "text"),
    ],
)
def test_text_that_looks_like_something(text: str, kind: str) -> None:
    assert kinds_of(text.encode())[0] == kind


def test_text_that_begins_like_something_packed_is_read_as_text_too() -> None:
    assert kinds_of(f"BZh {made.SEEN}".encode()) == ("bzip2", "text")
    assert {what for what, _ in made.finds(made.inspected(f"BZh {made.SEEN}".encode()))} == {"card"}
