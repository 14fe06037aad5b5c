from __future__ import annotations

import gzip

import pytest

from limen.data.doors.http_documents import asked_by, body_of, file_name
from limen.data.doors.icap_reading import HttpHead
from limen.data.doors.spool import budget
from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.spool import Spool

FORM = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\none\r\n--b--\r\n'
MULTIPART = {b"content-type": b"multipart/form-data; boundary=b"}
ZIPPED = {b"content-encoding": b"gzip"}


async def found(fields: dict[bytes, bytes], body: bytes) -> dict[str, bytes]:
    with Spool(budget()) as spool:
        spool.write(body)
        apart = body_of(HttpHead(fields=fields), "up", spool)
        assert b"".join([piece async for piece in apart.whole.pieces()]) == body
        return {one.name: b"".join([piece async for piece in one.body]) async for one in apart.documents()}


async def test_a_body_is_unpacked_and_taken_apart_by_what_its_head_says() -> None:
    assert await found({}, b"text") == {"up": b"text"}
    assert await found(ZIPPED, gzip.compress(b"text")) == {"up": b"text"}
    assert (await found(MULTIPART | ZIPPED, gzip.compress(FORM)))["a.txt"] == b"one"


async def test_without_its_codings_it_is_read_as_far_as_they_go() -> None:
    with Spool(budget()) as spool:
        spool.write(gzip.compress(b"text" * 100)[:-4])
        decoded = body_of(HttpHead(fields=ZIPPED), "up", spool).decoded
        assert decoded is not None
        assert b"".join([piece async for piece in decoded.pieces()]) == b"text" * 100
        assert body_of(HttpHead(fields={}), "up", spool).decoded is None


@pytest.mark.parametrize("fields", [MULTIPART, ZIPPED, {b"content-encoding": b"gzip, other"}])
async def test_what_cannot_be_is_said(fields: dict[bytes, bytes]) -> None:
    with pytest.raises(UnreadableError):
        await found(fields, b"neither of them")


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("http://a/?q=4111+1%201&b=c", b"q=4111 1 1\nb=c"),
        ("https://a.example/4111111111111111/%31+2/?x", b"4111111111111111\n1+2\nx"),
        ("/4111/x#y", b"4111\nx"),
        ("http://a/", b""),
        ("http://a", b""),
        ("a.example:443", b"a.example:443"),
        ("*", b"*"),
    ],
)
def test_path_and_fields_of_an_address_are_text(target: str, text: bytes) -> None:
    assert [one.body for one in asked_by(target)] == ([text] if text else [])


@pytest.mark.parametrize(
    ("said", "target", "name"),
    [
        (b'attachment; filename="offer.docx"', "http://a/b.txt", "offer.docx"),
        (b'attachment; filename="C:\\\\secret\\\\a.txt"', "http://a/", "a.txt"),
        (b"attachment; filename*=UTF-8''g%C3%A4.txt", "http://a/", "gä.txt"),
        (b"", "http://a/f/b%20c.txt?x=/y", "b c.txt"),
        (b"", "http://a/%FF" + "x" * 999, "\ufffd" + "x" * 254),
        (b"", "http://[a/b", ""),
    ],
)
def test_the_name_of_a_file_by_its_head_and_else_by_its_address(said: bytes, target: str, name: str) -> None:
    assert file_name(HttpHead(fields={b"content-disposition": said}), target) == name
