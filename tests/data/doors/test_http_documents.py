from __future__ import annotations

import gzip
import zlib
from contextlib import ExitStack

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.data.documents import WhyNot
from limen.data.doors import http_documents
from limen.data.doors.http_documents import asked_by, documents_of, file_name
from limen.data.doors.icap_reading import HttpHead
from limen.data.doors.spool import Room, Spool

MULTIPART = {b"content-type": b'multipart/form-data; boundary="b"'}


def parted(*parts: tuple[bytes, bytes], end: bytes = b"--b--\r\n") -> bytes:
    return (
        b"".join(
            b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts
        )
        + end
    )


def found(
    fields: dict[bytes, bytes], body: bytes, *, room: Room | None = None, name: str = "up"
) -> tuple[list[tuple[str, bytes]], set[WhyNot]]:
    room = room or Room()
    with ExitStack() as held, Spool(room) as spool:
        spool.write(body)
        passed = documents_of(HttpHead(fields=fields), name, spool, room, held)
        contents = [
            (one.name, one.body if isinstance(one.body, bytes) else one.body.whole(1 << 30)) for one in passed.contents
        ]
    assert room.left == Room().left
    return contents, set(passed.unread)


def test_a_body_by_itself_has_the_name_it_is_given() -> None:
    assert found({}, b"text") == ([("up", b"text")], set())


def test_fields_of_a_form_are_one_text_and_files_stand_alone() -> None:
    body = parted(
        (b'name="iban"', b"DE89"),
        (b'name="f"; filename="a b.txt"\r\nContent-Type: text/x', b"one\r\n"),
        (b'name="to"', b"x"),
    )
    assert found(MULTIPART, body) == (
        [("form", b"iban: DE89\nto: x\nContent-Type: text/x\na b.txt"), ("a b.txt", b"one\r\n")],
        set(),
    )


def test_names_of_files_in_any_encoding_and_without_their_folder() -> None:
    for said, name in (
        (b"filename*=UTF-8''g%C3%A4.txt", "gä.txt"),
        ('filename="gä.txt"'.encode(), "gä.txt"),
        (b'filename="C:\\\\secret\\\\a.txt"', "a.txt"),
        (b'filename="../../a.txt"', "a.txt"),
        (b'filename=""', ""),
    ):
        assert found(MULTIPART, parted((b'name="f"; ' + said, b"x")))[0][-1] == (name, b"x")


def test_fields_of_an_address_and_of_a_plain_form_are_text() -> None:
    kind = {b"content-type": b"application/x-www-form-urlencoded; charset=utf-8"}
    assert found(kind, b"card=4111+1111&name=a%20b") == ([("form", b"card: 4111 1111\nname: a b")], set())
    assert [one.body for one in asked_by("http://a/?q=4111+1%201&b=c")] == [b"q=4111 1 1\nb=c"]
    assert asked_by("http://a/") == ()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        (b"gzip", gzip.compress(b"text" * 100, mtime=0)),
        (b"x-gzip, identity", gzip.compress(b"text" * 50, mtime=0) + gzip.compress(b"text" * 50, mtime=0)),
        (b"deflate", zlib.compress(b"text" * 100)),
        (b"deflate", zlib.compress(b"text" * 100, wbits=-15)),
        (b"deflate, gzip", gzip.compress(zlib.compress(b"text" * 100), mtime=0)),
    ],
)
def test_encodings_are_undone(encoding: bytes, packed: bytes) -> None:
    assert found({b"content-encoding": encoding}, packed) == ([("up", b"text" * 100)], set())


@pytest.mark.parametrize(
    ("fields", "body", "why"),
    [
        ({b"content-encoding": b"gzip"}, b"no gzip at all", WhyNot.BROKEN),
        ({b"content-encoding": b"gzip"}, gzip.compress(b"x" * 999, mtime=0)[:-9], WhyNot.BROKEN),
        ({b"content-encoding": b"zstd"}, b"x", WhyNot.UNKNOWN_KIND),
        ({b"content-encoding": b"gzip, gzip, gzip, gzip"}, b"x", WhyNot.TOO_DEEP),
        ({b"content-encoding": b"gzip"}, gzip.compress(b"\0" * 40_000_000, mtime=0), WhyNot.TOO_LARGE),
        ({b"content-type": b"multipart/form-data"}, parted((b'name="a"', b"x")), WhyNot.BROKEN),
        (MULTIPART, parted((b'name="a"', b"x"), end=b""), WhyNot.BROKEN),
        (MULTIPART, b"no boundary here", WhyNot.BROKEN),
        (MULTIPART, parted((b'name="a"', b"x")) + b"behind the end", WhyNot.BROKEN),
        (MULTIPART, parted((b'name="a"', b"x")) + parted((b'name="a"', b"x")), WhyNot.BROKEN),
        (MULTIPART, b"before" + parted((b'name="a"', b"x")), WhyNot.BROKEN),
        (MULTIPART, parted((b'name="a"', b"x" * 65_530), end=b"--b--") + b"\r\nbehind", WhyNot.BROKEN),
        (MULTIPART, parted(*[(b'name="a"', b"x")] * 1_001), WhyNot.TOO_MANY),
        (MULTIPART, parted((b'name="a"\r\nContent-Transfer-Encoding: base64', b"eA==")), WhyNot.UNKNOWN_KIND),
    ],
)
def test_what_cannot_be_taken_apart_is_looked_into_as_it_came_and_counts_as_unread(
    fields: dict[bytes, bytes], body: bytes, why: WhyNot
) -> None:
    assert found(fields, body) == ([("up", body)], {why})


def test_a_form_that_is_too_large_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_documents, "LARGEST_FORM", 100)
    assert found(MULTIPART, parted((b'name="a"', b"x" * 101)))[1] == {WhyNot.TOO_LARGE}
    assert found({b"content-type": b"application/x-www-form-urlencoded"}, b"x" * 101)[1] == {WhyNot.TOO_LARGE}


def test_the_name_of_a_file_by_its_head_and_else_by_its_address() -> None:
    head = HttpHead(fields={b"content-disposition": b'attachment; filename="offer.docx"'})
    assert file_name(head, "http://a/b.txt") == "offer.docx"
    assert file_name(HttpHead(), "http://a/f/b%20c.txt?x=/y") == "b c.txt"
    assert file_name(HttpHead(), "http://[a/b") == ""


@settings(max_examples=size(1_000, 50), deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from([MULTIPART, {b"content-encoding": b"gzip"}]))
def test_whatever_comes_is_taken_apart_or_unread(noise: bytes, cut: int, fields: dict[bytes, bytes]) -> None:
    whole = parted((b'name="a"', b"x"), (b'name="f"; filename="y"', b"z" * 50))
    whole = gzip.compress(whole, mtime=0) if b"content-encoding" in fields else whole
    contents, unread = found(fields, whole[:cut] + noise + whole[cut:])
    assert contents or unread or not noise
