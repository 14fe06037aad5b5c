"""Documents that somebody writes as letters into a text, so that they pass for it."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.inspecting import inspect_open, inspect_plain
from limen.data.extraction.limits import Limits

_PACKED = made.zipped({"a.txt": made.SEEN})
_LETTERS = b64encode(_PACKED)


def _lines(letters: bytes, length: int, between: bytes = b"\n") -> bytes:
    return between.join(letters[at : at + length] for at in range(0, len(letters), length))


def _tar() -> bytes:
    return made.tarred({"a.txt": made.SEEN.encode()})


_HIDDEN = {
    "a page": b"<html><body><a href='data:application/zip;base64," + _LETTERS + b"'>hello there</a></body></html>",
    "a page, letter by letter": b"<html><body><a href='data:,"
    + b"".join(b"&#%d;" % letter for letter in _LETTERS)
    + b"'>hello there</a></body></html>",
    "XML": b"<?xml version='1.0'?><a><b>" + _LETTERS + b"</b></a>",
    "XML, by lines": b"<?xml version='1.0'?><a><b>\n      " + _lines(_LETTERS, 76, b"\n      ") + b"\n</b></a>",
    "a note": b"hello there,\n\n" + _lines(_LETTERS, 76) + b"\n",
    "a note in UTF-16": ("hello there,\n\n" + _LETTERS.decode()).encode("utf-16"),
    "short lines": _lines(_LETTERS, 28),
    "very short lines": _lines(_LETTERS, 4, b"\r\n"),
    "a field of a form": b"a=b&file=" + quote(_LETTERS).encode() + b"&c=d",
    "an address": b"https://harbor.example/?file=" + urlsafe_b64encode(_PACKED).rstrip(b"="),
    "JSON": json.dumps({"a": _lines(_LETTERS, 76).decode()}).replace("/", "\\/").encode(),
    "twice": b"hello: " + b64encode(_LETTERS),
    "twice, by lines": b"hello: " + _lines(b64encode(_lines(_LETTERS, 76)), 76),
    "a tar file": b"hello: " + b64encode(_tar()),
    "a document of Word": made.zipped(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": f"<a><p><t>{_LETTERS.decode()}</t></p></a>"}
    ),
    "text in short lines": b"hello there,\n\n" + _lines(b64encode(made.SEEN.encode() * 9), 28) + b"\n",
}


@pytest.mark.parametrize("where", _HIDDEN)
def test_it_is_read(where: str) -> None:
    assert "card" in {what for what, _ in made.finds(made.inspected(_HIDDEN[where]))}


@pytest.mark.parametrize("where", [one for one in _HIDDEN if one != "text in short lines"])
def test_what_needs_a_parser_is_not_looked_into_where_decisions_are_made(where: str) -> None:
    assert inspect_plain(made.scanner(), _HIDDEN[where], "") is None


@pytest.mark.parametrize("armour", ["PGP MESSAGE", "AGE ENCRYPTED FILE"])
def test_encrypted_text_is_encrypted(armour: str) -> None:
    text = f"see below\n-----BEGIN {armour}-----\n{_lines(b64encode(bytes(range(200))), 64).decode()}\n".encode()
    assert made.why_not(text) == {WhyNot.ENCRYPTED}
    assert inspect_plain(made.scanner(), text, "") is None


def test_documents_in_documents_in_text_end() -> None:
    data = made.SEEN.encode()
    for _ in range(12):
        data = b"<?xml version='1.0'?><a>" + b64encode(made.zipped({"a.xml": data})) + b"</a>"
    assert made.why_not(data) == {WhyNot.TOO_DEEP}


def test_in_a_text_that_is_too_long_for_parsers_it_is_told() -> None:
    limits = Limits(most_bytes=100_000)
    for text, told in ((b"hello there\n" * 20_000, set()), (b"." * 131_070 + _LETTERS, {WhyNot.TOO_LARGE})):
        with tempfile.TemporaryFile() as file:
            file.write(text)
            file.flush()
            assert inspect_open(made.scanner(), file.fileno(), len(text), "", limits).why_not == told
