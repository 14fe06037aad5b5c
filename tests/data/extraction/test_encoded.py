"""Files in base 64 within a text."""

from __future__ import annotations

import json
from base64 import b64encode, encodebytes, urlsafe_b64encode

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.encoded import files_in, may_hold_files
from limen.data.extraction.inspecting import inspect_plain
from limen.data.extraction.limits import Budget, Limits, UnreadableError

_DOCX = made.word()


@pytest.mark.parametrize(
    "text",
    [
        b64encode(_DOCX),
        urlsafe_b64encode(_DOCX).rstrip(b"="),
        encodebytes(_DOCX).replace(b"\n", b"\r\n"),
        json.dumps({"file": encodebytes(_DOCX).decode()}).replace("/", "\\/").encode() + b"x",
        b"name=a&file=" + b64encode(_DOCX),
        b"<a><b>" + b64encode(_DOCX) + b"</b></a>",
        b"-----BEGIN CERTIFICATE-----\r\n" + encodebytes(_DOCX) + b"-----END CERTIFICATE-----\r\n",
        b"data:;base64," + b64encode(b"x" + _DOCX),
        b"data:;base64," + b64encode(b"xy" + _DOCX),
        b64encode(_DOCX).decode().encode("utf-16"),
    ],
)
def test_a_document_is_found_however_it_is_written(text: bytes) -> None:
    assert {what for what, _ in made.finds(made.inspected(text))} == {"card", "account"}
    assert inspect_plain(made.scanner(), text, "") is None


@pytest.mark.parametrize("kind", ["zip", "gzip", "pdf", "xz"])
def test_other_kinds_are_found_as_well(kind: str) -> None:
    found = made.inspected(b"file: " + b64encode(made.DOCUMENTS[kind]()))
    assert {what for what, _ in made.finds(found)} == {"card", "account"}


def test_what_is_packed_in_a_way_that_is_not_read_is_said() -> None:
    packed = b"7z\xbc\xaf\x27\x1c" + bytes(range(200))
    assert made.inspected(b"file: " + b64encode(packed)).why_not == {WhyNot.UNKNOWN_KIND}


def test_ordinary_text_holds_none() -> None:
    for text in (b"", b"UEsDB is how it begins", made.SEEN.encode(), b64encode(bytes(range(256)) * 9)):
        assert not may_hold_files(text) or not list(files_in(text, Budget()))


def test_there_is_an_end_to_them() -> None:
    many = (b64encode(b"PK\x03\x04" + bytes(60)) + b"\n") * 30
    with pytest.raises(UnreadableError):
        list(files_in(many, Budget(Limits(most_members=9))))
    with pytest.raises(UnreadableError):
        list(files_in(many, Budget(Limits(most_bytes=1_000))))
