"""What a worker says to its parent; what it hears, and that it serves, is tried in tests/supervising."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest

from limen.cli import worker
from limen.supervising.orders import ALIVE


async def test_it_says_that_it_lives_until_nobody_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ALIVE_SECONDS", 0.01)
    parent, own = socket.socketpair()
    saying = asyncio.create_task(worker._say_alive(own))
    await asyncio.sleep(0.05)
    assert set(parent.recv(64)) == set(ALIVE)
    parent.close()
    await asyncio.wait_for(saying, 5)
    own.close()


async def test_a_line_that_nobody_reads_for_a_while_is_said_into_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ALIVE_SECONDS", 0.0)
    parent, own = socket.socketpair()
    with suppress(BlockingIOError):
        while True:
            own.send(ALIVE * 64, socket.MSG_DONTWAIT)
    saying = asyncio.create_task(worker._say_alive(own))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not saying.done()
    parent.setblocking(False)
    with suppress(BlockingIOError):
        while parent.recv(65_536):
            pass
    assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(parent, 1), 5) == ALIVE
    parent.close()
    await asyncio.wait_for(saying, 5)
    own.close()
