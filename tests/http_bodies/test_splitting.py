"""A body as the documents in it."""

from __future__ import annotations

import pytest
from tests.enforcement.documents.checks import base64_of, form

from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.splitting import MOST_PARSED, documents_in

FORM = b"multipart/form-data; boundary=xYx"


async def _split(body, content_type=b"", name="n", seen=None):
    async def pieces():
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]

    seen = [] if seen is None else seen
    async for one in documents_in(pieces(), content_type, name):
        seen.append((one.name, one.where, b"".join([piece async for piece in one.body])))
    return seen


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


async def test_json_is_looked_at_as_it_is_and_as_it_reads():
    body = rb'{"a": "4111\u00201111\n", "DE89\/3704": {}, "b": "caf\u00e9 \ud83d\ude00 \ud83d"}'
    as_it_is, reads = await _split(body, b"application/vnd.api+json")
    assert as_it_is == ("n", "", body)
    assert reads[2] == '{"a": "4111 1111\n", "DE89/3704": {}, "b": "café \U0001f600 \ufffd"}'.encode()
    assert await _split(b'{"a": 1}') == [("n", "", b'{"a": 1}')]
    wide = '{"a": "é"}'.encode("utf-16-be")
    assert await _split(wide) == [("n", "", wide), ("n", "", '{"a": "é"}'.encode())]


@pytest.mark.parametrize("before", [b"", b" " * 200_000, b"\xef\xbb\xbf\r\n", b"[" * 200_000])
@pytest.mark.parametrize("behind", [b"x", b'\n{"more": 1}', b'{"a": "\xff"}', b""])
async def test_json_needs_not_be_well_formed_to_be_read(before, behind):
    body = before + rb'{"card": "4111\u00201111"' + behind
    as_it_is, reads = await _split(body)
    assert as_it_is[2] == body
    assert b'"4111 1111"' in reads[2]


async def test_a_form_of_one_line_is_looked_at_as_it_is_and_as_it_reads():
    body = b"a=1%2B1&b=%C3%A9+x&c"
    said = await _split(body, b"application/x-www-form-urlencoded; charset=utf-8")
    assert said == [("n", "", body), ("n", "", "a=1+1\nb=é x\nc".encode())]
    packed = b"PK\3\4" + bytes(range(256)) * 3
    said = await _split(form(("f", "f.docx", packed)).replace(b"octet-stream", b"x-www-form-urlencoded"), FORM)
    assert ("f.docx", "f", packed) in said


async def test_a_part_with_a_transfer_encoding_is_looked_at_as_it_is_and_as_it_reads():
    coded = base64_of(b"inside").encode()
    body = form(("f", "a", coded), ("g", "b", b"AAAA"), head="\r\nContent-Transfer-Encoding: base64")
    assert [one[2] for one in await _split(body, FORM)][:-1] == [coded, b"inside", b"AAAA", b"\0\0\0"]
    broken = form(("f", "a", b"AA==\nthe text"), ("g", "b", b"AAAA"), head="\r\nContent-Transfer-Encoding: base64")
    seen = []
    with pytest.raises(UnreadableError, match="broken"):
        await _split(broken, FORM, seen=seen)
    assert [one[2] for one in seen][:-1] == [b"AA==\nthe text", b"AAAA", b"\0\0\0"]


async def test_json_in_a_field_reads_as_it_does_elsewhere():
    (_, _, fields) = (await _split(form(("query", "", rb'{"a": "4111\u00201111"}')), FORM))[0]
    assert rb"4111\u00201111" in fields
    assert b"4111 1111" in fields


async def test_what_reads_as_more_than_can_be_held_is_not_read():
    body = rb"[\n" + b" " * (MOST_PARSED + 200_000)
    with pytest.raises(UnreadableError, match="too-large"):
        await _split(body)


async def test_forms_in_one_another_end_somewhere():
    body = b"x"
    for number in range(5):
        head = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (number - 1) if number else b"\r\n"
        body = b"--b%d\r\n%b%b\r\n--b%d--" % (number, head, body, number)
    with pytest.raises(UnreadableError, match="too-deep"):
        await _split(body, b"multipart/mixed; boundary=b4")
