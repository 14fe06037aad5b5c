"""Run as a program by `limen.front.listener`: takes connections of browsers on sockets that it is given.

`python -m limen.front.listen FOLDER FORMAT LEVEL DESCRIPTOR=SOCKET…`: the front's folder, how to log, and for each
descriptor the socket that Caddy listens on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import uvloop

from limen import logs
from limen.admission import Admission, Limits
from limen.admission.descriptors import raise_limit
from limen.front.connection_reports import ReportListener, listening
from limen.front.places import Places
from limen.front.pressure import Pressure
from limen.front.tcp_proxy import TcpProxy

PARENT_SECONDS: Final = 1.0


def main(words: list[str]) -> None:
    folder, form, level, *pairs = words
    logs.begin(form, level)
    uvloop.run(_listen(Places(Path(folder)), pairs))


async def _listen(places: Places, pairs: list[str]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ended.set)
    proxy = TcpProxy(Admission(Limits.within(raise_limit())))
    reports = listening(places.reports_socket)
    transport, _ = await loop.create_datagram_endpoint(lambda: ReportListener(proxy), sock=reports)
    for pair in pairs:
        descriptor, _, caddy = pair.partition("=")
        await proxy.listen(socket.socket(fileno=int(descriptor)), Path(caddy))
    tasks = [
        asyncio.create_task(Pressure(proxy, places.admin_socket).watch(), name="see what Caddy holds"),
        asyncio.create_task(_end_with(os.getppid(), ended), name="end with the parent"),
    ]
    await ended.wait()
    for task in tasks:
        task.cancel()
    transport.close()
    proxy.close()


async def _end_with(parent: int, ended: asyncio.Event) -> None:
    """Leave the ports to the next one, also on systems that don't tell when a parent has ended."""
    while os.getppid() == parent:  # noqa: ASYNC110 -- nothing tells but asking
        await asyncio.sleep(PARENT_SECONDS)
    ended.set()


if __name__ == "__main__":
    main(sys.argv[1:])
