"""The process before Caddy: started again without refusing a connection, ended with whoever started it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from tests.ports import free_port

from limen.errors import LimenError
from limen.front import listener as listeners
from limen.front.listener import Listener
from limen.front.places import open_places
from limen.settings import Settings


def settings(port: int, *, address: str = "127.0.0.1") -> Settings:
    https = {"mode": "internal", "listen": [address], "port": port, "http_port": 0}
    return Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})


async def test_one_that_is_killed_is_started_again_and_no_connection_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(listeners, "PAUSE_SECONDS", 0.01)
    port, places = free_port(), open_places(tmp_path)

    async def caddy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(b"welcome")
        writer.close()

    async def greet() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        async with asyncio.timeout(60):
            said = await reader.read()
        writer.close()
        return said

    async with await asyncio.start_unix_server(caddy, str(places.browsers_socket)):
        standing = Listener(settings(port), places)
        running = asyncio.create_task(standing.run())
        assert await greet() == b"welcome"
        assert standing._process is not None
        first = standing._process.pid
        os.kill(first, signal.SIGKILL)
        assert await greet() == b"welcome"
        last = standing._process.pid
        assert last != first
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


def test_a_machine_without_ipv6_serves_all_it_has(tmp_path, monkeypatch) -> None:
    places, port = open_places(tmp_path), free_port()
    monkeypatch.setattr(listeners, "_is_of_no_use", lambda address: address.version == 6)
    both = settings(port)
    both = both.model_copy(
        update={"https": both.https.model_copy(update={"listen": (IPv4Address("127.0.0.1"), IPv6Address("::"))})}
    )
    standing = Listener(both, places)
    assert [one.getsockname() for one, _ in standing._sockets] == [("127.0.0.1", port)]
    standing._close()


def test_only_every_ipv6_address_can_be_of_no_use() -> None:
    for address in (IPv4Address("0.0.0.0"), IPv6Address("::1")):
        assert not listeners._is_of_no_use(address)


def test_what_is_in_the_way_comes_with_what_to_do(tmp_path) -> None:
    places = open_places(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LimenError) as wrong:
        Listener(settings(taken.getsockname()[1]), places)
    assert "stop whatever is listening" in wrong.value.fix
    with pytest.raises(LimenError) as wrong:
        Listener(settings(free_port(), address="192.0.2.1"), places)
    assert "`listen` under [https]" in wrong.value.fix
