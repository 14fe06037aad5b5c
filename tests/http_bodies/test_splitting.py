"""A body as the documents in it."""

from __future__ import annotations

import json

import pytest
from tests.enforcement.documents.checks import base64_of, form

from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.splitting import MOST_FILES_IN_JSON, MOST_PARSED, documents_in


async def _split(body, content_type=b"", name="n"):
    async def pieces():
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]

    return [
        (one.name, one.where, b"".join([piece async for piece in one.body]))
        async for one in documents_in(pieces(), content_type, name)
    ]


async def test_a_body_of_no_known_form_is_one_document():
    assert await _split(b"\0\1\2" * 300_000) == [("n", "", b"\0\1\2" * 300_000)]
    assert await _split(b"") == [("n", "", b"")]
    assert await _split(b"[not json", b"application/json") == [("n", "", b"[not json")]


async def test_a_form_is_its_files_and_then_its_fields_together():
    content = b"P" * 300
    inner = form(("deep", "d.txt", b"deep down"), boundary="in")
    body = form(("a", "", b"1"), ("f", "f.bin", content), ("b", "", b"2"))
    file, fields = await _split(body, b"multipart/form-data; boundary=xYx")
    assert file == ("f.bin", "f", content)
    assert fields[2].splitlines() == [
        b'content-disposition: form-data; name="a"',
        b"1",
        b'content-disposition: form-data; name="f"; filename="f.bin"',
        b"content-type: application/octet-stream",
        b'content-disposition: form-data; name="b"',
        b"2",
    ]
    nested = b"--o\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n" + inner + b"\r\n--o--"
    found = await _split(nested, b"multipart/mixed; boundary=o")
    assert found[0] == ("d.txt", "deep", b"deep down")


async def test_json_is_its_values_and_files():
    file = bytes(range(256))
    body = json.dumps({"a": [1, {"b": "\u00e9"}], "f": "data:x/y;base64," + base64_of(file), "n": None}).encode()
    text, found = await _split(body, b"application/vnd.api+json")
    assert text == ("n", "", "a: 1\nb: é\nn: None".encode())
    assert found == ("n", "f", file)
    large = json.dumps({"a": ["x" * 50] * 5_000}).encode()
    assert (await _split(large))[0][2].count(b"a: ") == 5_000


async def test_a_form_of_one_line_is_its_values():
    said = await _split(b"a=1%2B1&b=%C3%A9+x&c", b"application/x-www-form-urlencoded; charset=utf-8")
    assert said == [("n", "", "a: 1+1\nb: é x\nc: ".encode())]


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"[" * 200_000, b"application/json", "too-deep"),
        (json.dumps([base64_of(bytes(200))] * (MOST_FILES_IN_JSON + 1)).encode(), b"", "too-many"),
        (b"&a" * 20_000, b"application/x-www-form-urlencoded", "too-many"),
        (b"{" + b" " * MOST_PARSED, b"", "too-large"),
    ],
)
async def test_what_is_beyond_its_bounds_is_not_read(body, content_type, why):
    with pytest.raises(UnreadableError, match=why):
        await _split(body, content_type)


async def test_forms_in_one_another_end_somewhere():
    body = b"x"
    for number in range(5):
        head = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (number - 1) if number else b"\r\n"
        body = b"--b%d\r\n%b%b\r\n--b%d--" % (number, head, body, number)
    with pytest.raises(UnreadableError, match="too-deep"):
        await _split(body, b"multipart/mixed; boundary=b4")
