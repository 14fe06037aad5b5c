"""Lying to the front: forged fields and strange hosts never reach Limen; while it is down little is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.interop.fronts import program
from tests.interop.https_world import ask, trusting
from tests.ports import free_port

from limen.clock import SystemClock
from limen.front.front import Front
from limen.front.places import open_places
from limen.settings import Settings

HOST = "limen.harbor.example"


@pytest.fixture
async def front(tmp_path) -> AsyncIterator[tuple[Front, int, object]]:
    program("caddy")
    port = free_port()
    https = {"mode": "internal", "listen": ["127.0.0.1"], "port": port, "http_port": 0}
    told = {"name": "Harbor", "domain": "harbor.example", "https": https, "help": {"contact": "IT {env.HOME} 42"}}
    places = open_places(tmp_path)
    standing = Front(Settings.model_validate(told), tmp_path, places, list, SystemClock())
    await standing.start()

    async def send(path: str, host: str = HOST, fields: str = "") -> bytes:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n".encode()
        trust = trusting(places.public / "limen-root.crt")
        for _ in range(1_200):
            try:
                return await asyncio.to_thread(ask, "127.0.0.1", port, request, context=trust, name=HOST)
            except OSError:
                await asyncio.sleep(0.05)  # the certificate is being made
        raise AssertionError("no certificate came")

    yield places, send
    await standing.close()


async def test_only_what_the_front_saw_itself_is_said_to_limen(front) -> None:
    places, send = front
    heads: list[bytes] = []

    async def limen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    forged = "".join(
        f"{name}: 203.0.113.9\r\n"
        for name in (
            "X-Forwarded-For",
            "x-forwarded-host",
            "X-Forwarded-Proto",
            "Forwarded",
            "X-Real-IP",
            "X-Client-IP",
        )
    )
    async with await asyncio.start_unix_server(limen, str(places.limen_socket)):
        answer = await send("/", fields=forged)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"\r\nStrict-Transport-Security: max-age=86400\r\n" in answer
        assert b"203.0.113.9" not in heads[0]
        assert b"\r\nX-Forwarded-For: 127.0.0.1\r\n" in heads[0]
        for host in ("evil.example", "127.0.0.1", f"evil.{HOST}"):
            assert (await send("/", host)).startswith(b"HTTP/1.1 421 "), host
        assert (await send("/", fields=f"X: {'x' * 100_000}\r\n")).startswith(b"HTTP/1.1 431 ")
        assert len(heads) == 1


@pytest.mark.slow
async def test_while_limen_is_down_the_page_says_whom_to_call_and_nothing_of_the_inside(front) -> None:
    places, send = front
    page = await send("/payroll", fields="Accept: text/html\r\n")
    assert page.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 20\r\n" in page
    assert b"\r\nCache-Control: no-store\r\n" in page
    assert b"IT {env.HOME} 42" in page
    assert b"nicht erreichbar" in page
    for inside in (b"Caddy", b"caddy", b"sock", str(places.folder).encode()):
        assert inside not in page
    assert b'{"error":"temporarily_unavailable"' in await send("/api")
