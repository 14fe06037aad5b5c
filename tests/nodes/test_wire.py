from __future__ import annotations

import asyncio

import pytest

from limen.nodes.wire import HEAD_BYTES, LINES_BYTES, Answer, Asked, MalformedError, part, receive


def heard(raw: bytes) -> Asked:
    async def read() -> Asked:
        reader = asyncio.StreamReader()
        reader.feed_data(raw)
        reader.feed_eof()
        return await receive(reader, Asked)

    return asyncio.run(read())


def framed(head: bytes) -> bytes:
    return len(head).to_bytes(4) + head


def test_a_question() -> None:
    assert heard(framed(b'{"has":{"a-d1":5},"own":["b-d1"],"wait_ms":9}')) == Asked({"a-d1": 5}, ("b-d1",), 9)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0",
        framed(b'{"has":{}}')[:-1],
        (HEAD_BYTES + 1).to_bytes(4) + b"x",
        b"\xff\xff\xff\xff",
        framed(b"[]"),
        framed(b'{"has":{"a":"5"}}'),
        framed(b'{"has":{},"more":1}'),
        framed(b"[" * 100_000),
        framed(b"\xff"),
    ],
)
def test_anything_else_is_refused(raw: bytes) -> None:
    with pytest.raises((MalformedError, EOFError)):
        heard(raw)


async def _part(length: int) -> bytes:
    return await part(asyncio.StreamReader(), length)


@pytest.mark.parametrize("length", [-1, LINES_BYTES + 1])
def test_no_part_is_longer_than_may_be(length: int) -> None:
    with pytest.raises(MalformedError):
        asyncio.run(_part(length))


def test_an_answer_may_be_empty() -> None:
    assert Answer().chains == ()
