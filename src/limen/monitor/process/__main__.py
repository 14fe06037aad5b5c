"""`python -m limen.monitor.process`: run by `monitor/supervision.py`, with a socket to the server as standard input.

It has an interpreter and memory of its own, and lets whoever decides go first. It gets no secret of Limen's but the
keys of its store's chain and the key of its own certificate, over the socket. When the server ends, however it does,
so does this.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
from contextlib import suppress
from typing import Final

import uvloop

from limen import logs
from limen.admission.descriptors import raise_limit
from limen.monitor.link import Link
from limen.monitor.process.assembly import parts_of
from limen.monitor.process.watching import watch

NICENESS: Final = 5


def main() -> None:
    _limit()
    logs.begin(level="warning")
    uvloop.run(_run(socket.socket(fileno=os.dup(0))))


async def _run(connected: socket.socket) -> None:
    await watch(await Link.over(connected), parts_of)


def _limit() -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # a terminal and a service tell all of us; the server ends the link
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raise_limit()
    with suppress(OSError):
        os.nice(NICENESS)


if __name__ == "__main__":
    main()
