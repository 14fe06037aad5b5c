"""Escapes undone in a text as it comes."""

from __future__ import annotations

import json
from random import Random
from urllib.parse import quote_plus

import pytest
from tests import dial

from limen.http_bodies.escapes import FORM, JSON, Notation, Undoing


def _reads(notation: Notation, pieces: list[bytes], encoding: str = "utf-8") -> bytes:
    undoing = Undoing(notation, encoding)
    return b"".join([*(undoing.feed(one) for one in pieces), undoing.feed(b"", is_last=True)])


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (rb"\"\\\/\b\f\n\r\t", b'"\\/\b\f\n\r\t'),
        (rb"\\u0041", rb"\u0041"),
        (rb"\u0041\uD83D\uDE00\uD83D\u0041", "A\U0001f600\ufffdA".encode()),
        (rb"\x\u00", b"xu00"),
        (b"plain\\", b"plain\\"),
    ],
)
def test_json(text: bytes, reads: bytes) -> None:
    assert _reads(JSON, [text]) == reads
    assert _reads(JSON, [text[at : at + 1] for at in range(len(text))]) == reads


def test_a_form() -> None:
    assert _reads(FORM, [b"a+b=%34%", b"31&c=%C3", b"%A9;%zz%4"]) == "a b=41\nc=é\n%zz%4".encode()


def test_a_text_without_escapes_reads_as_it_is() -> None:
    undoing = Undoing(JSON)
    assert (undoing.feed(b'{"a": 1}'), undoing.differs) == (b'{"a": 1}', False)
    assert _reads(JSON, ['"é"'.encode("utf-16-le")[:3], '"é"'.encode("utf-16-le")[3:]], "utf-16-le") == '"é"'.encode()


def test_every_text_is_in_what_its_json_and_its_form_read_as() -> None:
    """However it is cut into pieces."""
    random = Random(16)
    for _ in range(dial.size(2_000, 200)):
        text = "".join(random.choices('ab\\"/\n\té\U0001f600\0 4u', k=random.randrange(1, 40)))
        for notation, written in ((JSON, json.dumps(text)), (FORM, quote_plus(text))):
            body, at = written.encode(), random.randrange(len(written))
            assert text.encode() in _reads(notation, [body[:at], body[at : at + 3], body[at + 3 :]])
