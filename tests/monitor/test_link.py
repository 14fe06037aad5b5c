"""The link between the server and the process that watches: bounded, framed, and not believed blindly."""

from __future__ import annotations

import asyncio
import socket

import pytest

from limen.monitor import link as module
from limen.monitor.link import Deliver, Found, Health, Kept, Link, LinkError, SetUp
from limen.monitor.normal_form.frame import Frame


async def pair() -> tuple[Link, Link]:
    one, other = socket.socketpair()
    return await Link.over(one), await Link.over(other)


async def test_messages_come_as_they_were_sent() -> None:
    one, other = await pair()
    frames = tuple(Frame(source="a", kind="json", received_at=1, data=bytes([n]) * 1000) for n in range(256))
    messages = [
        SetUp(data="/d", events="/e", journal="/j", keys=(b"k",)),
        Deliver(number=1, frames=frames),
        Kept(number=1, why="full"),
        Found(number=1, hits=()),
        Health(at=1),
    ]
    sending = asyncio.gather(*(one.send(message) for message in messages))
    assert [await other.receive() for _ in messages] == messages
    await sending
    one.close()
    assert await other.receive() is None
    with pytest.raises(ConnectionError):
        await one.send(Kept(number=1))


async def test_whoever_writes_waits_for_whoever_reads() -> None:
    one, other = await pair()
    big = Deliver(number=1, frames=(Frame(source="a", kind="json", received_at=1, data=b"x" * (4 << 20)),))
    sending = asyncio.create_task(one.send(big))
    await asyncio.sleep(0.05)
    assert not sending.done()
    assert await other.receive() == big
    await sending


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01\xc1",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x0e\x81\xa4type\xa7Nothing",
        b"\x00\x00\x10\x00" + b"\x91" * 4096,
    ],
)
async def test_what_is_no_message_ends_it(data: bytes) -> None:
    raw, end = socket.socketpair()
    other = await Link.over(end)
    raw.send(data)
    with pytest.raises(LinkError):
        await other.receive()
    raw.close()


async def test_half_a_message_is_none() -> None:
    raw, end = socket.socketpair()
    other = await Link.over(end)
    raw.send(b"\x00\x00\x00\x05abc")
    raw.close()
    assert await other.receive() is None


async def test_a_message_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 100)
    one, _ = await pair()
    with pytest.raises(LinkError):
        await one.send(Kept(number=1, why="x" * 200))
