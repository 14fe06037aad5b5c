"""What is read of a message, and what is refused: whatever two readers could take for two things."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.data.doors.icap_reading import Chunks, HttpHead, IcapRequest, UnreadableError, read_line, read_request

HTTP = b"POST http://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n"
LINE = b"REQMOD icap://limen/reqmod ICAP/1.0\r\n"


def read(data: bytes) -> IcapRequest:
    async def reading() -> IcapRequest:
        reader = asyncio.StreamReader(limit=1 << 17)
        reader.feed_data(data)
        reader.feed_eof()
        line = await read_line(reader)
        assert line is not None
        return await read_request(reader, line)

    return asyncio.run(reading())


def chunks(data: bytes, most: int | None = None) -> tuple[bytes, bool]:
    async def reading() -> tuple[bytes, bool]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        body = Chunks(reader)
        return b"".join([piece async for piece in body.read(most)]), body.is_whole

    return asyncio.run(reading())


def message(*fields: bytes, line: bytes = LINE, http: bytes = HTTP) -> bytes:
    return line + b"".join(one + b"\r\n" for one in fields) + b"\r\n" + http


def encapsulated(at: int = len(HTTP)) -> bytes:
    return b"Encapsulated: req-hdr=0, req-body=%d" % at


def test_a_message_is_read() -> None:
    request = read(message(encapsulated(), b"Preview: 1024", b"Allow: 204, 206", b"Connection: Close"))
    assert (request.method, request.has_body, request.preview) == (b"REQMOD", True, 1024)
    assert (request.allows_204, request.is_last) == (True, True)
    assert (request.request.raw, request.request.target) == (HTTP, "http://a.example/x")
    without = read(message(b"Encapsulated: req-hdr=0, null-body=%d" % len(HTTP), b"Preview: 0"))
    assert (without.has_body, without.preview) == (False, None)


@pytest.mark.parametrize(
    ("first", "field", "host"),
    [
        (b"POST http://A.example:81/x HTTP/1.1", b"b.example", "a.example"),
        (b"POST /x HTTP/1.1", b"b.example:8080", "b.example"),
        (b"CONNECT c.example:443 HTTP/1.1", b"b.example", "c.example"),
        (b"POST /x HTTP/1.1", b"", ""),
        (b"POST http://[x/ HTTP/1.1", b"[", ""),
    ],
)
def test_the_host_that_is_asked(first: bytes, field: bytes, host: str) -> None:
    assert HttpHead(first=first, fields={b"host": field}).host == host


@pytest.mark.parametrize(
    "wrong",
    [
        message(),  # nothing says where the head ends
        message(b"Encapsulated: req-hdr=1, req-body=60"),
        message(b"Encapsulated: req-body=0, req-hdr=10"),
        message(b"Encapsulated: res-hdr=0, res-body=%d" % len(HTTP)),
        message(b"Encapsulated: req-hdr=0, req-hdr=0, req-body=%d" % len(HTTP)),
        message(b"Encapsulated: req-hdr=0, req-body=%d, null-body=99" % len(HTTP)),
        message(b"Encapsulated: req-hdr=0, req-body=-1"),
        message(b"Encapsulated: req-hdr=0, req-body=0x10"),
        message(b"Encapsulated: req-hdr=0, req-body=99999999"),
        message(b"Encapsulated: req-hdr=0, req-body"),
        message(b"Encapsulated: "),
        message(encapsulated(len(HTTP) - 1)),
        message(encapsulated(len(HTTP) + 4), http=HTTP + b"x\r\n\r\n"),
        message(encapsulated(), encapsulated()),
        message(encapsulated(), b"Preview: 10", b"Preview: 20"),
        message(encapsulated(), b"Preview: many"),
        message(encapsulated(), b"X-Authenticated-User: ann", b"X-Authenticated-User: bob"),
        message(encapsulated(), b" folded: line"),
        message(encapsulated(), b"no colon"),
        message(encapsulated(), b"spaced : name"),
        message(encapsulated(), *[b"X: y"] * 200),
        message(encapsulated(), b"X: " + b"y" * 17_000),
        message(encapsulated(), line=b"REQMOD /reqmod ICAP/1.0\r\n"),
        message(encapsulated(), line=b"REQMOD icap://limen/reqmod ICAP/1.1\r\n"),
        message(encapsulated(), line=b"LOGMOD icap://limen/reqmod ICAP/1.0\r\n"),
        message(encapsulated(), line=b"REQMOD icap://limen/reqmod HTTP/1.1\r\n"),
        message(encapsulated(), line=LINE[:-2] + b"\n"),
        message(encapsulated(31), http=b"GET / HTTP/1.1\r\nfolded\r\n line\r\n\r\n"),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(wrong: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(wrong)


@pytest.mark.parametrize(
    ("data", "body", "is_whole"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc", False),
        (b"3;a=b;c\r\nabc\r\n00\r\n\r\n", b"abc", False),
        (b"3\r\nabc\r\n0; ieof\r\n\r\n", b"abc", True),
        (b"0;ieof\r\n\r\n", b"", True),
        (b"1\r\na\r\n2\r\nbc\r\n0\r\nX: y\r\n\r\n", b"abc", False),
    ],
)
def test_chunks(data: bytes, body: bytes, is_whole: bool) -> None:
    assert chunks(data) == (body, is_whole)


@pytest.mark.parametrize(
    "wrong",
    [
        b"+3\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"-1\r\n0\r\n\r\n",
        b"fffffffff\r\n",
        b"3 3\r\nabc\r\n0\r\n\r\n",
        b"3;" + b"x" * 600 + b"\r\nabc\r\n0\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 50 + b"\r\n",
        b"\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_none(wrong: bytes) -> None:
    with pytest.raises(UnreadableError):
        chunks(wrong)


def test_more_than_was_said_to_come_is_not_read() -> None:
    assert chunks(b"3\r\nabc\r\n0\r\n\r\n", 3) == (b"abc", False)
    with pytest.raises(UnreadableError):
        chunks(b"3\r\nabc\r\n0\r\n\r\n", 2)


@settings(max_examples=size(2_000, 100), deadline=None)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_whatever_comes_is_read_or_refused_and_nothing_else(data: bytes, cut: int) -> None:
    good = message(encapsulated(), b"Preview: 10")
    for one in (data, good[:cut] + data, good[:cut] + data + good[cut:], good[:cut]):
        try:
            read(one)
        except (UnreadableError, EOFError, ValueError, AssertionError):
            continue
