from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.waiting import until

from limen.admission import Admission, Limits
from limen.front import tcp_proxy
from limen.front.proxy_protocol import header
from limen.front.tcp_proxy import TcpProxy


class Behind:
    """What stands where Caddy would: it keeps what it was sent, and answers `answer` once there is a line."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.ended = 0
        self.answer = b"hello"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.got.append(await reader.readuntil(b"line\n"))
            writer.write(self.answer)
            await writer.drain()
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.ended += 1
            writer.close()


@pytest.fixture
async def standing(tmp_path: Path) -> AsyncIterator[tuple[TcpProxy, Behind, int]]:
    behind, port = Behind(), free_port()
    proxy = TcpProxy(Admission(Limits(of_a_source=3, head_seconds=0.3, stalled_seconds=0.3)))
    server = await asyncio.start_unix_server(behind.serve, str(tmp_path / "caddy.sock"))
    await proxy.listen(socket.create_server(("127.0.0.1", port)), tmp_path / "caddy.sock")
    yield proxy, behind, port
    proxy.close()
    server.close()


async def test_bytes_go_both_ways_after_whose_they_are(standing) -> None:
    proxy, behind, port = standing
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    own = writer.get_extra_info("sockname")
    writer.write(b"a line\n")
    assert await reader.readexactly(5) == b"hello"
    assert behind.got == [header(own, ("127.0.0.1", port)) + b"a line\n"]
    assert list(proxy.connections) == [f"127.0.0.1:{own[1]}"]
    writer.write_eof()
    assert await reader.read() == b""
    await until(lambda: not proxy.connections and behind.ended == 1)
    assert proxy.listener.open == set()


async def test_whoever_says_nothing_or_reads_nothing_is_cut(standing) -> None:
    proxy, behind, port = standing
    silent, _ = await asyncio.open_connection("127.0.0.1", port)
    assert await silent.read() == b""
    behind.answer = b"x" * 16_000_000
    _, deaf = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
    deaf.write(b"line\n")
    await until(lambda: not proxy.connections)
    await until(lambda: behind.ended == 2)
    deaf.close()


async def test_strangers_give_way_first_and_then_whoever_has_the_most(standing) -> None:
    proxy, _, port = standing
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for reader, writer in opened:
        writer.write(b"line\n")
        await reader.readexactly(5)
    names = [f"127.0.0.1:{writer.get_extra_info('sockname')[1]}" for _, writer in opened]
    proxy.belongs_to(names[0], "bo", "s1")
    proxy.belongs_to(names[1], "ana", "s2")
    proxy.belongs_to(names[1], "bo", "s1")
    proxy.belongs_to("127.0.0.1:1", "nobody", "")
    more = await asyncio.open_connection("127.0.0.1", port)
    more[1].write(b"line\n")
    await more[0].readexactly(5)
    proxy.belongs_to(f"127.0.0.1:{more[1].get_extra_info('sockname')[1]}", "ana", "s2")
    proxy.gave_way(names[0])
    assert proxy.make_way(1) == 1
    await until(lambda: names[2] not in proxy.connections)
    assert proxy.make_way(1) == 1
    await until(lambda: names[1] not in proxy.connections)
    assert names[0] in proxy.connections
    assert proxy.make_way(5) == 2
    await until(lambda: not proxy.connections)
    for _, writer in [*opened, more]:
        writer.close()


async def test_the_oldest_of_a_source_gives_way_and_a_request_too_many_takes_its_connection_along(standing) -> None:
    proxy, _, port = standing
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    await until(lambda: len(proxy.connections) == 3)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await opened[0][0].readexactly(1)
    proxy.gave_way(f"127.0.0.1:{opened[3][1].get_extra_info('sockname')[1]}")
    await until(lambda: len(proxy.connections) == 2)
    for _, writer in opened:
        writer.close()


async def test_while_nothing_stands_behind_it_connections_are_ended_at_once(tmp_path: Path) -> None:
    port, proxy = free_port(), TcpProxy(Admission())
    await proxy.listen(socket.create_server(("127.0.0.1", port)), tmp_path / "nobody.sock")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 60)
    writer.close()
    assert proxy.listener.open == set()
    proxy.close()


async def test_one_port_of_a_client_is_good_for_one_connection_and_the_last_can_be_told_of(standing, tmp_path) -> None:
    proxy, behind, port = standing
    other = free_port()
    await proxy.listen(socket.create_server(("127.0.0.1", other)), tmp_path / "caddy.sock")

    async def connect(to: int, own: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plain.bind(("127.0.0.1", own))
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", to))
        reader, writer = await asyncio.open_connection(sock=plain)
        writer.write(b"line\n")
        await reader.readexactly(5)
        return reader, writer

    reader, writer = await connect(port)
    _, second = await connect(other, writer.get_extra_info("sockname")[1])
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with asyncio.timeout(60):
            await reader.readexactly(1)
    assert len(proxy.listener.open) == len(proxy.connections) == 1
    proxy.gave_way(*proxy.connections)
    await until(lambda: not proxy.connections and behind.ended == 2)
    assert proxy.listener.open == set()
    for one in (writer, second):
        one.close()


async def test_a_person_with_many_gives_way_before_strangers_with_fewer(standing, monkeypatch) -> None:
    monkeypatch.setattr(tcp_proxy, "MANY_OF_A_PERSON", 2)
    proxy, _, port = standing
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for reader, writer in opened:
        writer.write(b"line\n")
        await reader.readexactly(5)
        proxy.belongs_to(f"127.0.0.1:{writer.get_extra_info('sockname')[1]}", "bo", "s1")
    stranger = await asyncio.open_connection("127.0.0.1", port)
    stranger[1].write(b"line\n")
    await stranger[0].readexactly(5)
    name = f"127.0.0.1:{stranger[1].get_extra_info('sockname')[1]}"
    assert proxy.make_way(1) == 1
    assert name in proxy.connections
    assert len(proxy.connections) == 3
    assert proxy.make_way(1) == 1
    assert name not in proxy.connections
    for _, writer in [*opened, stranger]:
        writer.close()


async def test_what_waits_for_either_side_is_little(tmp_path: Path) -> None:
    """Or a thousand connections would hold in this process what Caddy no longer may."""
    loop, proxy = asyncio.get_running_loop(), TcpProxy(Admission())
    with (
        socket.socket(socket.AF_UNIX) as caddy,
        socket.socket() as deaf,
        socket.socket() as loud,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        caddy.bind(str(tmp_path / "caddy.sock"))
        caddy.listen()
        for one in (caddy, deaf, loud):
            one.setblocking(False)
        await proxy.listen(listening, tmp_path / "caddy.sock")
        for browser in (deaf, loud):
            await loop.sock_connect(browser, listening.getsockname())
            carried, _ = await loop.sock_accept(caddy)
            sends = carried if browser is deaf else browser
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(loop.sock_sendall(sends, b"x" * 64_000_000), 0.5)
            (connection,) = proxy.connections.values()
            assert connection._caddy is not None
            held = [one.get_write_buffer_size() for one in (connection.transport, connection._caddy.transport)]
            assert 0 < sum(held) <= 65_536
            connection.end()
            carried.close()
        proxy.close()
