"""What the wire protocol lets through; what it refuses is in tests/attacks/test_smuggling.py."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from ipaddress import ip_network

import pytest
import uvicorn
import uvloop
from tests.enforcement.house import raw, serving, status_of

from limen.admission import Admission, Limits
from limen.enforcement import strict_http


async def app(scope, receive, send):
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = f"{scope['method']} {scope['raw_path'].decode()} {size}".encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def town():
    told: list[tuple[str, str]] = []
    admission = Admission(Limits(head_seconds=0.5, body_seconds=1.5))
    protocol = strict_http.protocol(lambda word, address: told.append((word, address)), admission.listener("gateway"))
    async with serving(app, None, http=protocol) as port:
        yield told, port


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"GET /a%2Fb?c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"GET /a%2Fb 0"),
        (b"GET http://h/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"GET /a 0"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", b"POST / 3"),
        (
            (
                b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n"
                b"3\r\nabc\r\n0\r\n\r\n"
            ),
            b"POST / 3",
        ),
        (b"GET / HTTP/1.0\r\nHost: h\r\n\r\n", b"GET / 0"),
    ],
)
async def test_what_has_one_reading_is_read(town, sent, said):
    told, port = town
    response = await raw(port, sent)
    assert (status_of(response), response.partition(b"\r\n\r\n")[2]) == (200, said)
    assert told == []


async def test_requests_in_a_row_are_answered_in_their_order(town):
    told, port = town
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(5))
    response = await raw(port, sent, wait=1)
    assert [part.split(b"\r\n\r\n")[1] for part in response.split(b"HTTP/1.1 ")[1:]] == [
        b"GET /%d 0" % n for n in range(5)
    ]
    assert told == []


async def test_a_slow_head_is_refused_and_told(town):
    told, port = town
    response = await raw(port, b"GET / HTTP/1.1\r\nHost: h\r\n")
    assert status_of(response) == 408
    assert told == [("request-too-slow", "127.0.0.1")]


async def test_a_connection_that_never_speaks_is_closed_without_a_word(town):
    told, port = town
    assert await raw(port, b"") == b""
    assert told == []


async def test_a_slow_body_is_no_slow_head(town):
    told, port = town
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
    await asyncio.sleep(0.9)
    writer.write(b"abc")
    assert status_of(await asyncio.wait_for(reader.read(), 3)) == 200
    assert told == []
    writer.close()


async def test_a_second_head_on_a_kept_connection_has_its_own_time(town):
    told, port = town
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"GET / 0"), 3)
    await asyncio.sleep(0.8)
    writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n")
    assert b"408" in await asyncio.wait_for(reader.read(), 3)
    assert told == [("request-too-slow", "127.0.0.1")]
    writer.close()


async def test_each_refusal_is_told_by_name(town):
    told, port = town
    for sent in (b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", b"GET /#a HTTP/1.1\r\nHost: h\r\n\r\n"):
        assert status_of(await raw(port, sent)) == 400
    assert [word for word, _ in told] == ["host-not-one", "request-malformed", "target-fragment"]


async def test_only_over_limens_own_socket_is_it_told_which_connection_a_request_came_by(tmp_path):
    seen: list[str] = []

    async def owned(scope, receive, send):
        entry = strict_http.entry_of(scope)
        seen.append(entry.front_connection)
        entry.belongs_to("ana", "s1")
        await app(scope, receive, send)

    told: list[tuple[str, ...]] = []

    class Front:
        def belongs_to(self, *said: str) -> None:
            told.append(said)

    admission = Admission()
    admission.front = Front()
    protocol = strict_http.protocol(lambda word, address: None, admission.listener("gateway"))
    head = "GET / HTTP/1.1\r\nHost: h\r\n{}Connection: close\r\n\r\n"
    named = head.format("X-Limen-Connection: 192.0.2.1:7\r\nX-Forwarded-For: 192.0.2.1\r\n").encode()
    path = tmp_path / "limen.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(owned, http=protocol, log_level="critical", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        for sent in (named, named, head.format("").encode()):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(sent)
            assert status_of(await reader.read()) == 200
            writer.close()
        server.should_exit = True
        await running
    async with serving(owned, None, http=protocol) as port:
        assert status_of(await raw(port, named)) == 200
    assert seen == ["192.0.2.1:7", "192.0.2.1:7", "", ""]
    assert told == [("192.0.2.1:7", "ana", "s1")] * 2


async def test_a_request_that_gave_way_before_its_turn_is_not_begun():
    begun: list[str] = []

    async def counted(scope, receive, send):
        begun.append(scope["path"])
        await app(scope, receive, send)

    admission = Admission(Limits(of_a_source=1))
    protocol = strict_http.protocol(lambda word, address: None, admission.listener("gateway"))
    made = [protocol(config(counted), uvicorn.server.ServerState(), {}) for _ in range(5)]
    for number, one in enumerate(made):
        one.connection_made(_Wire())
        one.data_received(f"GET /{number} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    await asyncio.sleep(0.05)
    assert begun == ["/4"]
    assert [one.transport.said[:12] for one in made[:4]] == [b"HTTP/1.1 429"] * 4
    assert made[4].transport.said.startswith(b"HTTP/1.1 200")
    assert made[0].transport.said.count(b"HTTP/1.1") == 1
    for one in made:
        one.connection_lost(None)


def config(application):
    made = uvicorn.Config(application, log_level="critical", lifespan="off")
    made.load()
    return made


class _Wire(asyncio.Transport):
    """What a connection writes to, with a client at its other end."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 7), "sockname": ("192.0.2.2", 443)})
        self.said = b""
        self.closing = False

    def write(self, data) -> None:
        self.said += data

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Wire:
    """A transport that remembers what was written to it, each call by itself."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing


@pytest.fixture
async def answer() -> tuple[Wire, strict_http._OnePacket]:
    wire = Wire()
    return wire, strict_http._OnePacket(wire, asyncio.get_running_loop())


async def test_a_head_and_the_body_behind_it_are_one_packet(answer):
    wire, packet = answer
    for part in (b"head", b"body", b"more"):
        packet.write(part)
    await asyncio.sleep(0)
    assert wire.written == [b"headbody", b"more"]


async def test_a_head_whose_body_is_late_goes_without_it(answer):
    wire, packet = answer
    packet.write(b"head")
    assert wire.written == []
    await asyncio.sleep(0)
    packet.write(b"body")
    assert wire.written == [b"head", b"body"]


async def test_a_large_body_is_not_copied_for_it(answer):
    wire, packet = answer
    packet.write(b"head")
    packet.write(b"b" * (strict_http.LARGEST_COPIED + 1))
    assert [len(part) for part in wire.written] == [4, strict_http.LARGEST_COPIED + 1]


async def test_a_head_without_a_body_is_sent_before_the_end(answer):
    wire, packet = answer
    packet.write(b"head")
    packet.close()
    await asyncio.sleep(0)
    assert (wire.written, wire.closing) == ([b"head"], True)


async def test_nothing_is_written_to_a_connection_that_was_dropped(answer):
    wire, packet = answer
    packet.write(b"head")
    wire.closing = True
    await asyncio.sleep(0)
    assert wire.written == []


ASKED = b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n"


def test_what_came_before_an_idle_connection_is_ended_is_answered() -> None:
    """A busy machine lets nobody read for longer than a connection may idle, and then the request is there already.

    By uvloop, as Limen serves: in its turn what is due comes before what has come.
    """

    async def asked_late() -> bytes:
        made = strict_http.protocol(lambda *_: None, Admission(Limits(idle_seconds=1)).listener("gateway"))

        class Slow(made):  # type: ignore[valid-type,misc]
            def data_received(self, data: bytes) -> None:
                if data == ASKED % 3:
                    os.write(writer.get_extra_info("socket").fileno(), ASKED % 2)
                    time.sleep(1.2)
                super().data_received(data)

        async with serving(app, None, http=Slow) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            other = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED % 1)
            await reader.readuntil(b"GET /1 0")
            other[1].write(ASKED % 3)
            said = await reader.readuntil(b"GET /2 0")
            writer.close()
            other[1].close()
            return said

    assert status_of(uvloop.run(asked_late())) == 200


async def test_a_connection_is_ended_only_after_what_has_come_is_read() -> None:
    protocols: list[strict_http.WireProtocol] = []
    made = strict_http.protocol(lambda _word, _address: None)

    class Known(made):  # type: ignore[valid-type,misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            protocols.append(self)

    async with serving(app, None, http=Known) as port:
        idle, asking = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for number, (reader, writer) in enumerate((idle, asking)):
            writer.write(ASKED % number)
            await reader.readuntil(b"GET /%d 0" % number)
        asking[1].write((ASKED % 2)[:10])
        await asyncio.sleep(0.1)
        for one in protocols:
            one.shutdown()
        asking[1].write((ASKED % 2)[10:])
        said = await asking[0].read()
        assert b"connection: close" in said
        assert said.endswith(b"GET /2 0")
        assert await idle[0].read() == b""


async def test_a_front_may_idle_for_longer_than_fronts_keep_what_idles() -> None:
    front = strict_http.protocol(lambda _word, _address: None, trusted=(ip_network("127.0.0.1/32"),))
    stranger = strict_http.protocol(lambda _word, _address: None)
    may_idle = []
    for made in (front, stranger):

        class Known(made):  # type: ignore[valid-type,misc]
            def connection_made(self, transport: asyncio.Transport) -> None:
                super().connection_made(transport)
                may_idle.append(self.timeout_keep_alive)

        async with serving(app, None, http=Known) as port:
            await raw(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert may_idle == [strict_http.FRONT_IDLE_SECONDS, Limits().idle_seconds]
