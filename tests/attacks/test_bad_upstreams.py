"""Apps behind the gateway that misbehave, on purpose or not: the visitor gets an answer, Limen keeps its memory."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.test_gateway import request

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def behaving(behave: Behaviour) -> AsyncIterator[tuple[House, int]]:
    """Limen before an app that answers every connection by `behave`."""
    running: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        running.add(task)
        with suppress(OSError):
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    house = House(clock=Ticking(), upstream=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    shorter = [replace(app, upstream=replace(app.upstream, response_ms=400)) for app in house.known.apps.values()]
    house.known.set_company(shorter, house.known.groups.values())
    async with gateway(house) as port:
        yield house, port
    server.close()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def saying(*parts: bytes, then: str = "close") -> Behaviour:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then == "reset":
            writer.transport.abort()
        elif then == "hang":
            await asyncio.sleep(30)

    return behave


async def endless_fields(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"a" * 1_000))
        await writer.drain()


async def one_endless_field(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(16_384):
        writer.write(b"a" * 65_536)  # a gigabyte
        await writer.drain()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    ("behave", "status"),
    [
        (saying(then="hang"), 504),
        (saying(then="reset"), 502),
        (saying(), 502),
        (saying(b"HTTP/1.1 2", then="hang"), 504),
        (saying(b"SSH-2.0-OpenSSH_9.9\r\n"), 502),
        (saying(b"HTTP/1.1 999999999999 \r\n\r\n"), 502),
        (saying(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab"), 502),
        (saying(HEAD + b"Content-Length: -1\r\n\r\nab"), 502),
        (saying(HEAD + b"Bad Name: x\r\n\r\n"), 502),
        (endless_fields, 502),
        (one_endless_field, 502),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_what_is_no_answer_is_said_so_and_journaled(behave: Behaviour, status: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with behaving(behave) as (house, port):
        answer = await raw(port, request(cookie=house.cookie()), wait=8)
        assert status_of(answer) == status
        assert b"127.0.0.1" not in answer
        assert len(house.journal.reasons("upstream.failed")) == 1
        # The next visitor is not made to pay for it.
        assert status_of(await raw(port, request("/assets/none"), wait=8)) in {502, 504}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # kilobytes


@pytest.mark.parametrize(
    "behave",
    [
        saying(HEAD + b"Content-Length: 100\r\n\r\nonly this", then="reset"),
        saying(HEAD + b"Content-Length: 100\r\n\r\nonly this", then="hang"),
        saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n"),
    ],
    ids=["reset", "hang", "no-chunk"],
)
async def test_an_answer_that_breaks_off_is_never_made_whole(behave: Behaviour) -> None:
    async with behaving(behave) as (house, port):
        answer = await raw(port, request(cookie=house.cookie()), wait=8)
        assert status_of(answer) in {200, 502}  # 502 where the break is seen before the answer has begun
        assert not answer.endswith(b"0\r\n\r\n")
        length = next((line for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:")), b"")
        assert (
            status_of(answer) == 502
            or not length
            or len(answer.partition(b"\r\n\r\n")[2]) < int(length.partition(b":")[2])
        )


async def test_a_redirect_in_a_circle_is_handed_on_once_and_never_followed() -> None:
    asked = 0

    async def circle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n")

    async with behaving(circle) as (house, port):
        answer = await raw(port, request(cookie=house.cookie()))
        assert status_of(answer) == 302
        assert asked == 1
