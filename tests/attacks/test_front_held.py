"""Holding what the https front has: answers that nobody reads, streams without end, floods of frames.

A real Caddy with the configuration that Limen gives it, behind Limen's own listener, with small limits; what Limen
would answer is answered here.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.attacks import http2
from tests.attacks.http2 import HEADERS, RST_STREAM, frame, get, greeting
from tests.interop.fronts import program
from tests.interop.https_world import trusting
from tests.ports import free_port

from limen.admission import Admission, Limits
from limen.front import admin, pressure, tcp_proxy
from limen.front.caddy import configuration
from limen.front.child import Child
from limen.front.places import Places, open_places, write_whole
from limen.front.pressure import Pressure
from limen.front.tcp_proxy import TcpProxy
from limen.settings import Settings

HOST = "limen.harbor.example"
STALLED = 1.0
PAGE = b"p" * 40_000
OK = b"\x88"
"""`:status: 200` in HPACK's static table."""


@dataclass
class Front:
    """The front, how many requests reached what stands behind it, and whether the quiet stream may speak."""

    places: Places
    proxy: TcpProxy
    pressure: Pressure
    port: int
    came: list[bytes] = field(default_factory=list)
    may_speak: asyncio.Event = field(default_factory=asyncio.Event)

    async def goroutines(self) -> int:
        return await admin.goroutines(self.places.admin_socket)

    async def connect(self, address: str = "127.0.0.1", *, alpn: str = "h2", receives: int = 0) -> Client:
        """A connection from a loopback address, whose system takes `receives` bytes before it is read."""
        context = trusting(self.places.root_certificate)
        context.set_alpn_protocols([alpn])
        plain = socket.socket()
        if receives:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        plain.setblocking(False)
        plain.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", self.port))
        name = f"{address}:{plain.getsockname()[1]}"
        reader, writer = await asyncio.open_connection(sock=plain, ssl=context, server_hostname=HOST, limit=16_384)
        return Client(reader, writer, name)


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    name: str
    said: bytes = b""

    async def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))
        await self.writer.drain()

    async def until(self, kind: int, stream: int) -> bytes:
        """The payload of the next frame of this kind on this stream."""
        async with asyncio.timeout(60):
            while True:
                for found, of, payload in http2.read(self.said):
                    if (found, of) == (kind, stream):
                        return payload
                more = await self.reader.read(65_536)
                assert more, "it was cut"
                self.said += more

    async def ended(self, seconds: float = 10) -> bytes:
        """All that came until the connection ended."""
        said = self.said
        async with asyncio.timeout(seconds):
            try:
                while more := await self.reader.read(65_536):
                    said += more
            except (ConnectionError, ssl.SSLError):
                pass
        return said


@pytest.fixture
async def front(tmp_path) -> AsyncIterator[Front]:
    binary, port = program("caddy"), free_port()
    https = {"mode": "internal", "listen": ["127.0.0.1"], "port": port, "http_port": 0}
    places = open_places(tmp_path)
    settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})
    config = configuration(settings, [], places)
    config["apps"]["http"]["servers"]["https"] |= {
        "read_idle_timeout": f"{STALLED}s",
        "write_idle_timeout": f"{STALLED}s",
        "read_header_timeout": f"{STALLED}s",
    }
    write_whole(places.config, json.dumps(config).encode())
    async with AsyncExitStack() as closing:
        proxy = TcpProxy(Admission(Limits(of_a_source=40, stalled_seconds=STALLED, head_seconds=STALLED)))
        standing = Front(places, proxy, Pressure(proxy, places.admin_socket), port)

        async def limen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await _answer(standing, reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        await closing.enter_async_context(await asyncio.start_unix_server(limen, str(places.limen_socket)))
        child = await Child.start(Path(binary), places)
        closing.push_async_callback(child.stop)
        closing.callback(proxy.close)
        await proxy.listen(socket.create_server(("127.0.0.1", port)), places.browsers_socket)
        for _ in range(1_200):
            try:
                (await standing.connect()).writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)  # the certificate is being made
        yield standing
        standing.may_speak.set()


async def _answer(front: Front, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As Limen would: a page, a stream that has nothing to say for long, one without end, or an echo."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        front.came.append(head)
        path = head.split(b" ")[1]
        if path == b"/page":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE))
        elif path == b"/quiet":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
            await writer.drain()
            await front.may_speak.wait()
            writer.write(b"data: 2\n\n")
            return
        elif path == b"/large":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"l" * 65_536)
                await writer.drain()
        elif path == b"/socket":
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            while said := await reader.read(100):
                writer.write(said)
        else:
            await reader.readexactly(1_000)
        await writer.drain()


async def hold(front: Front, address: str, streams: int = 200) -> Client:
    """A connection with so many answers on it, of which it takes nothing."""
    one = await front.connect(address)
    await one.send(greeting(0), *(get(1 + 2 * number, "/page", f"{HOST}:{front.port}") for number in range(streams)))
    return one


async def hold_for_long(front: Front, monkeypatch) -> None:
    """Have answers that nobody reads stay, and connections end where there are many."""
    monkeypatch.setattr(pressure, "MOST_GOROUTINES", 3_000)
    monkeypatch.setattr(pressure, "ENOUGH_GOROUTINES", 2_500)
    config = json.loads(front.places.config.read_text())
    config["apps"]["http"]["servers"]["https"]["write_idle_timeout"] = "60s"
    await admin.load(front.places.admin_socket, config)


async def hold_much(front: Front, monkeypatch, owner: str = "") -> list[Client]:
    """Far more than Caddy may hold, from one address: twelve connections with 200 answers each, which stay for long."""
    await hold_for_long(front, monkeypatch)
    held = []
    for _ in range(12):
        held.append(await hold(front, "127.0.0.2"))
        if owner:
            front.proxy.belongs_to(held[-1].name, owner, "s2")
    async with asyncio.timeout(60):
        while await front.goroutines() <= 3_000:  # noqa: ASYNC110 -- Caddy tells when it is asked
            await asyncio.sleep(0.02)
    return held


async def quiet_stream(front: Front, address: str) -> Client:
    one = await front.connect(address)
    await one.send(greeting(), get(1, "/quiet", f"{HOST}:{front.port}"))
    await one.until(http2.DATA, 1)
    one.said = b""
    return one


async def asked(front: Front, address: str) -> None:
    """A page, as somebody gets it who reads."""
    one = await front.connect(address, alpn="http/1.1")
    await one.send(f"GET /page HTTP/1.1\r\nHost: {HOST}:{front.port}\r\nConnection: close\r\n\r\n".encode())
    assert (await one.ended()).endswith(PAGE)


async def test_streams_that_nobody_reads_cost_their_own_connections_and_nobody_elses(front, monkeypatch) -> None:
    mine, stranger = await quiet_stream(front, "127.0.0.1"), await quiet_stream(front, "127.0.0.3")
    front.proxy.belongs_to(mine.name, "ana", "s1")
    held = await hold_much(front, monkeypatch)
    await front.pressure.relieve()
    assert await front.goroutines() <= 3_000
    await held[0].ended()
    await asked(front, "127.0.0.2")
    front.may_speak.set()
    assert b"data: 2" in await mine.until(http2.DATA, 1)
    assert b"data: 2" in await stranger.until(http2.DATA, 1)


async def test_one_persons_streams_go_before_another_persons_when_there_are_no_strangers(front, monkeypatch) -> None:
    ana = await quiet_stream(front, "127.0.0.1")
    front.proxy.belongs_to(ana.name, "ana", "s1")
    held = await hold_much(front, monkeypatch, owner="bo")
    await front.pressure.relieve()
    assert await front.goroutines() <= 3_000
    await held[0].ended()
    front.may_speak.set()
    assert b"data: 2" in await ana.until(http2.DATA, 1)


async def test_a_person_who_holds_too_much_shuts_no_door_to_those_who_sign_in(front, monkeypatch) -> None:
    """Whoever has an account would keep everybody else from signing in, who are strangers until they have."""
    monkeypatch.setattr(tcp_proxy, "MANY_OF_A_PERSON", 2)
    stranger = await quiet_stream(front, "127.0.0.3")
    held = await hold_much(front, monkeypatch, owner="bo")
    await front.pressure.relieve()
    assert await front.goroutines() <= 3_000
    await held[0].ended()
    assert stranger.name in front.proxy.connections
    front.may_speak.set()
    assert b"data: 2" in await stranger.until(http2.DATA, 1)


async def test_a_burst_and_then_silence_does_not_stay(front, monkeypatch) -> None:
    """All is sent at once, before Caddy has begun with it, and then not a byte more."""
    await hold_for_long(front, monkeypatch)
    held = [await front.connect("127.0.0.2") for _ in range(12)]
    for one in held:
        await one.send(greeting(0))
    asking = b"".join(get(1 + 2 * number, "/page", f"{HOST}:{front.port}") for number in range(200))
    await asyncio.gather(*(one.send(asking) for one in held))
    async with asyncio.timeout(60):
        while await front.goroutines() <= 3_000:  # noqa: ASYNC110 -- Caddy tells when it is asked
            await asyncio.sleep(0.02)
        front.pressure._seen_bytes = front.proxy.bytes_from_browsers  # it was looked a moment before
        watching = asyncio.create_task(front.pressure.watch())
        await held[0].ended()
        while await front.goroutines() > 3_000:  # noqa: ASYNC110 -- the same
            await asyncio.sleep(0.1)
    watching.cancel()


async def test_an_answer_that_nobody_takes_ends_and_a_stream_with_nothing_to_say_does_not(front) -> None:
    quiet, held = await quiet_stream(front, "127.0.0.1"), await hold(front, "127.0.0.2", 20)
    for number in range(20):
        await held.until(RST_STREAM, 1 + 2 * number)
    await asyncio.sleep(STALLED)
    front.may_speak.set()
    assert b"data: 2" in await quiet.until(http2.DATA, 1)


async def test_a_connection_that_is_not_read_is_cut_and_one_that_is_read_slowly_is_not(front) -> None:
    slow = await front.connect("127.0.0.1", alpn="http/1.1", receives=4_096)
    await slow.send(f"GET /large HTTP/1.1\r\nHost: {HOST}:{front.port}\r\n\r\n".encode())
    window = (2**31 - 1 - 65_535).to_bytes(4, "big")
    unread = await front.connect("127.0.0.2", receives=4_096)
    unread.writer.transport.pause_reading()
    asking = get(1, "/large", f"{HOST}:{front.port}")
    await unread.send(greeting(2**31 - 1), frame(http2.WINDOW_UPDATE, 0, 0, window), asking)
    for _ in range(60):
        assert await slow.reader.read(65_536)
        await asyncio.sleep(STALLED / 20)
        if unread.name not in front.proxy.connections:
            break
    assert unread.name not in front.proxy.connections
    assert slow.name in front.proxy.connections
    slow.writer.transport.abort()
    unread.writer.transport.abort()


async def test_of_one_address_only_so_many_connections_stay_and_the_newest_is_served(front) -> None:
    other = await quiet_stream(front, "127.0.0.3")
    held = [await quiet_stream(front, "127.0.0.2") for _ in range(50)]
    assert len(front.proxy.connections) == 41
    await asked(front, "127.0.0.2")
    await held[0].ended()
    front.may_speak.set()
    assert b"data: 2" in await other.until(http2.DATA, 1)


async def test_whoever_says_nothing_or_half_a_greeting_is_cut(front) -> None:
    for said in (b"", b"\x16\x03\x01\x02\x00"):
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(said)
        async with asyncio.timeout(6 * STALLED):
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1_000)
        writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for(front) -> None:
    slow = await front.connect()
    form = http2.block("/form", f"{HOST}:{front.port}", method=b"\x83") + b"\x0f\x0d" + http2.text("1000")
    await slow.send(greeting(), frame(HEADERS, http2.END_HEADERS, 1, form), frame(http2.DATA, 0, 1, b"half"))
    assert not (await slow.until(HEADERS, 1)).startswith(OK)


async def test_streams_that_are_opened_and_taken_back_at_once_pile_nothing_up(front) -> None:
    """Rapid reset (CVE-2023-44487): what is taken back counts until it is over."""
    calm, most = await front.goroutines(), 0
    one = await front.connect("127.0.0.2")
    await one.send(greeting())
    back = (8).to_bytes(4, "big")
    for first in range(0, 10_000, 500):
        streams = (1 + 2 * number for number in range(first, first + 500))
        try:
            await one.send(*(get(s, "/page", f"{HOST}:{front.port}") + frame(RST_STREAM, 0, s, back) for s in streams))
        except ConnectionError:
            break
        most = max(most, await front.goroutines())
    await asked(front, "127.0.0.1")
    assert most < calm + 5 * 250
    one.writer.transport.abort()


async def test_a_head_without_end_ends_the_connection(front) -> None:
    """CONTINUATION frames without END_HEADERS (CVE-2023-45288)."""
    one = await front.connect("127.0.0.2")
    await one.send(greeting(), frame(HEADERS, 0, 1, http2.block("/page", f"{HOST}:{front.port}")))
    field = b"\x00" + http2.text("x-filler") + http2.text("f" * 100)
    sent = 0
    try:
        while sent < 16 * 1024 * 1024:
            await one.send(frame(http2.CONTINUATION, 0, 1, field * 140))
            sent += 140 * len(field)
    except (ConnectionError, ssl.SSLError):
        pass
    await one.ended()
    assert sent < 16 * 1024 * 1024
    assert front.came == []
    await asked(front, "127.0.0.1")


@pytest.mark.parametrize(
    "flood", [frame(http2.PING, 0, 0, b"12345678"), frame(http2.SETTINGS, 0, 0)], ids=["pings", "settings"]
)
async def test_answers_to_a_flood_that_nobody_reads_are_bounded(front, flood) -> None:
    """CVE-2019-9512 and CVE-2019-9515."""
    calm = await front.goroutines()
    one = await front.connect("127.0.0.2", receives=4_096)
    one.writer.transport.pause_reading()
    sent = 0
    try:
        async with asyncio.timeout(2 * STALLED):
            await one.send(greeting())
            while True:
                await one.send(flood * 1_000)
                sent += 1_000
    except (ConnectionError, ssl.SSLError, TimeoutError):
        pass
    assert sent >= 1_000
    assert await front.goroutines() < calm + 50
    await asked(front, "127.0.0.1")
    one.writer.transport.abort()


async def test_a_websocket_stays_open_without_a_word(front) -> None:
    one = await front.connect(alpn="http/1.1")
    fields = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    head = f"GET /socket HTTP/1.1\r\nHost: {HOST}:{front.port}\r\n{fields}Sec-WebSocket-Version: 13\r\n\r\n"
    await one.send(head.encode())
    assert (await one.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    await asyncio.sleep(2 * STALLED)
    await one.send(b"still here")
    async with asyncio.timeout(60):
        assert await one.reader.readexactly(10) == b"still here"
    one.writer.close()


async def test_nobody_names_another_connection_than_their_own(front) -> None:
    one = await front.connect("127.0.0.2")
    forged = http2.block("/page", f"{HOST}:{front.port}")
    forged += b"\x00" + http2.text("x-limen-connection") + http2.text("127.0.0.1:1")
    await one.send(greeting(), frame(HEADERS, http2.END_HEADERS | http2.END_STREAM, 1, forged))
    assert (await one.until(HEADERS, 1)).startswith(OK)
    named = [line for line in front.came[-1].lower().split(b"\r\n") if line.startswith(b"x-limen-connection:")]
    assert named == [f"x-limen-connection: {one.name}".encode()]
    assert f"x-forwarded-for: {one.name.partition(':')[0]}".encode() in front.came[-1].lower()
