"""A flood at the https front from the address of somebody who works: the whole chain, with the listener as it runs."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest
import uvicorn
from tests.enforcement.house import House, Ticking
from tests.enforcement.upstream import upstream
from tests.interop.fronts import program
from tests.interop.https_world import trusting
from tests.ports import free_port

from limen.admission import Admission, Limits
from limen.clock import SystemClock
from limen.enforcement import strict_http
from limen.front.connection_reports import ConnectionReports
from limen.front.front import Front
from limen.front.places import open_places
from limen.settings import Settings

HOST = "wiki.harbor.example"
OF_A_SOURCE = Limits().of_a_source


@pytest.fixture
async def chain(tmp_path):
    """Harbor's wiki behind the gateway, behind the front; the house, the front's places and its port."""
    program("caddy")
    places, port = open_places(tmp_path), free_port()
    https = {"mode": "internal", "listen": ["127.0.0.1"], "port": port, "http_port": 0}
    settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})
    async with AsyncExitStack() as closing:
        app = await closing.enter_async_context(upstream())
        house, admission = House(clock=Ticking(), upstream=app.url), Admission()
        closing.push_async_callback(house.gateway.close)
        admission.front = reports = ConnectionReports(places.reports_socket)
        closing.callback(reports.close)
        http = strict_http.protocol(lambda word, address: None, admission.listener("browsers"))
        listening = closing.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(places.limen_socket))
        listening.listen()
        config = uvicorn.Config(house.gateway, http=http, log_level="critical", lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        front = Front(settings, tmp_path, places, lambda: [HOST], SystemClock())
        await front.start()
        yield house, places, port
        await front.close()
        server.should_exit = True
        await running


async def stream(port: int, places, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = trusting(places.root_certificate)
    async with asyncio.timeout(60):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=HOST)
                break
            except OSError:
                await asyncio.sleep(0.05)  # the certificate is being made
    writer.write(f"GET /stream HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    async with asyncio.timeout(60):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        await reader.readuntil(b"data: tick")
    return reader, writer


async def test_a_flood_of_strangers_leaves_the_stream_of_somebody_at_their_own_address(chain) -> None:
    house, places, port = chain
    reader, writer = await stream(port, places, house.cookie())
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(OF_A_SOURCE + 20)]
    async with asyncio.timeout(60):
        for flooding, _ in held[:20]:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await flooding.readexactly(1)
        for _ in range(3):
            await reader.readuntil(b"data: tick")
    for _, one in held:
        one.close()
    again, other = await stream(port, places, house.cookie(person="bo"))
    assert await again.readline()
    other.transport.abort()
    writer.transport.abort()
