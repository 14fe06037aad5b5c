"""Servers that try to hold, flood or steer whoever examines them: bounded in time and size, and shown safely."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.doctor.scene import Authority, app, outside, serving, setup

from limen.cli.doctor import plain, report
from limen.doctor.certificates import served
from limen.doctor.http_client import MAX_HEAD_BYTES
from limen.doctor.upstreams import upstreams
from limen.finding import Finding, State, shown_safely

HOSTILE = "\x1b]0;owned\x07\x1b[2J"


@asynccontextmanager
async def flooding(piece: bytes, first: bytes = b"HTTP/1.1 200 OK\r\n") -> AsyncIterator[tuple[int, list[int]]]:
    """A server that never stops sending; yields its port and how many bytes were taken from it."""
    sent: list[int] = []

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        with suppress(OSError):
            for _ in range(1_000_000_000 // len(piece)):
                writer.write(piece)
                await writer.drain()
                sent.append(len(piece))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], sent
    finally:
        server.close()


async def looked(tmp_path: Path, port: int) -> list[Finding]:
    return [shown_safely(one) for one in await upstreams(setup(tmp_path, app(f"http://127.0.0.1:{port}")))]


@pytest.mark.parametrize(
    ("piece", "state", "word"),
    [
        (b"X-More: " + b"a" * 8_000 + b"\r\n", State.WRONG, "longer than 65,536 bytes"),
        (b"a" * 8_192, State.WRONG, ""),
        (b"\r\n" + b"body" * 2_048, State.OK, "responds (200)"),
    ],
)
async def test_a_gigabyte_of_headers_or_body_is_not_taken(
    tmp_path: Path, piece: bytes, state: State, word: str
) -> None:
    async with flooding(piece) as (port, sent):
        (found,) = await looked(tmp_path, port)
        assert (found.state, word in found.what) == (state, True)
        assert sum(sent) < 100 * MAX_HEAD_BYTES


async def test_what_a_server_says_steers_no_terminal(tmp_path: Path) -> None:
    for head in (f"{HOSTILE} no http\r\n\r\n", f"HTTP/1.1 302 F\r\nLocation: /{HOSTILE}\r\n\r\n"):
        async with serving(lambda _asked, head=head: head.encode()) as port:
            told = report(await looked(tmp_path, port))
        assert all(one.isprintable() or one == "\n" for one in told)


async def test_a_hostile_certificate_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    theirs = Authority(tmp_path / "theirs", f"CA {HOSTILE}")
    ours = Authority(tmp_path / "ours")
    async with serving(tls=theirs.serves("*.harbor.example")) as port:
        there = setup(tmp_path, url=f"https://limen.harbor.example:{port}", outside_=outside(trust=ours.trust))
        found = [shown_safely(one) for one in await served(there)]
    told = report(found) + json.dumps(plain(found), ensure_ascii=False)
    assert "CA \\u001b" in told
    assert all(one.isprintable() or one == "\n" for one in told)
