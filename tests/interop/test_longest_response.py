"""What a front carries by itself ends at its stated longest, however long the app goes on."""

from __future__ import annotations

import asyncio
import signal
from time import monotonic

import pytest
from tests.enforcement.house import status_of
from tests.interop.fronts import guarded
from tests.interop.scenarios import HOST

LONGEST = 2


@pytest.mark.parametrize("front", ["nginx", "caddy", "envoy"])
async def test_an_undeclared_stream_ends_there(front) -> None:
    async with guarded(front, longest=LONGEST) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        cookie = world.house.cookie()
        writer.write(f"GET /trickle HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n\r\n".encode())
        assert status_of(await asyncio.wait_for(reader.read(64), 60)) == 200
        began = last = monotonic()
        if front == "nginx":  # its longest counts from a reload
            assert world.process is not None
            world.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(LONGEST + 4):
            while await reader.read(65_536):
                last = monotonic()
        writer.close()
        assert LONGEST - 0.7 < last - began < LONGEST + 2
