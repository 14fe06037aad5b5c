"""What a worker does that loses its parent, or is told to leave: before it answers, and after."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

import pytest

from limen.supervising import hearing as module
from limen.supervising.hearing import Hearing
from limen.supervising.orders import LEAVE

STARTS = """
import socket, sys, time
from limen.supervising.hearing import Hearing
line = socket.socket(fileno=int(sys.argv[1]))
port = socket.socket(fileno=int(sys.argv[2]))
Hearing(line)
line.send(b"s")
while True:
    time.sleep(60)  # as one that imports: no event loop runs
"""
HANGS = """
import asyncio, socket, sys, time
from limen.supervising import hearing
hearing.ORPHAN_SECONDS = 0.1
line = socket.socket(fileno=int(sys.argv[1]))
async def answer():
    hearing.Hearing(line).answers(lambda: None)
    line.send(b"r")
    while True:
        time.sleep(60)
asyncio.run(answer())
"""


def lose_the_parent(program: str) -> tuple[int, int]:
    """Run it as a worker with a port, and end its parent's end of the line: how it ended, and the port."""
    ours, theirs = socket.socketpair()
    listening = socket.create_server(("127.0.0.1", 0))
    port = int(listening.getsockname()[1])
    with theirs, listening:
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(theirs.fileno()), str(listening.fileno())],
            pass_fds=(theirs.fileno(), listening.fileno()),
        )
    with ours:
        ours.settimeout(60)
        assert ours.recv(1)
        with socket.create_connection(("127.0.0.1", port), 5):  # which nobody takes
            pass
    try:
        return process.wait(60), port
    finally:
        process.kill()


def test_a_worker_that_starts_ends_with_its_parent_and_so_does_its_port() -> None:
    ended, port = lose_the_parent(STARTS)
    assert ended == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_a_worker_that_hangs_ends_all_the_same() -> None:
    assert lose_the_parent(HANGS)[0] == 1


@dataclass
class Ends:
    """What a worker of this very process would have done to it."""

    raised: asyncio.Event
    exited: asyncio.Event


@pytest.fixture
async def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    loop, found = asyncio.get_running_loop(), Ends(asyncio.Event(), asyncio.Event())
    monkeypatch.setattr(module, "ORPHAN_SECONDS", 0.0)
    monkeypatch.setattr(signal, "raise_signal", lambda what: what == signal.SIGINT and found.raised.set())
    monkeypatch.setattr(os, "_exit", lambda _code: loop.call_soon_threadsafe(found.exited.set))
    return found


async def until_ended(hearing: Hearing, parent: socket.socket) -> None:
    parent.close()
    await asyncio.to_thread(hearing._thread.join, 10)


async def test_it_leaves_when_told_and_ends_in_order_when_its_parent_has(ends: Ends) -> None:
    parent, own = socket.socketpair()
    leaving, hearing = asyncio.Event(), Hearing(own)
    hearing.answers(leaving.set)
    parent.send(LEAVE)
    await asyncio.wait_for(leaving.wait(), 10)
    assert not ends.raised.is_set()
    await until_ended(hearing, parent)
    await asyncio.wait_for(ends.raised.wait(), 10)
    await asyncio.wait_for(ends.exited.wait(), 10)
    own.close()


async def test_what_it_is_told_while_it_starts_is_done_once_it_answers(ends: Ends) -> None:
    parent, own = socket.socketpair()
    hearing, leaving = Hearing(own), asyncio.Event()
    parent.send(LEAVE)
    while not hearing._is_to_leave:  # noqa: ASYNC110 -- said by a thread
        await asyncio.sleep(0.01)
    hearing.answers(leaving.set)
    assert leaving.is_set()
    await until_ended(hearing, parent)
    await asyncio.wait_for(ends.exited.wait(), 10)
    own.close()
