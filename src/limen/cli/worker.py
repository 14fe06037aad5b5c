"""One of several workers: a process that a parent starts, and that ends with it. Nobody calls it by hand."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from limen.cli.stop_signals import end_in_order
from limen.supervising.hearing import Hearing
from limen.supervising.orders import ALIVE, ALIVE_SECONDS, READY, Order


def main(text: str) -> None:
    order = msgspec.json.decode(text, type=Order)
    line = socket.socket(fileno=order.line)
    hearing = Hearing(line)
    import uvloop

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    end_in_order()
    with suppress(KeyboardInterrupt):
        uvloop.run(_work(order, line, hearing))


async def _work(order: Order, line: socket.socket, hearing: Hearing) -> None:
    from limen import logs
    from limen.cli.serve import run_one
    from limen.company.load import load_settings
    from limen.serving import Ports

    folder = Path(order.folder)
    settings = load_settings(folder)
    logs.begin(settings.logs.format, settings.logs.level)
    ports = Ports(
        socket.socket(fileno=order.browsers),
        socket.socket(fileno=order.check) if order.check >= 0 else None,
        socket.socket(fileno=order.health) if order.health >= 0 else None,
    )
    leaving = asyncio.Event()

    async def ready() -> None:
        hearing.answers(leaving.set)
        line.send(READY, socket.MSG_DONTWAIT)
        asyncio.create_task(_say_alive(line), name="say that it lives").add_done_callback(lambda _task: None)

    await run_one(folder, settings, ready, ports, leaving, worker=order.worker, is_first=order.is_first)


async def _say_alive(line: socket.socket) -> None:
    """Until the parent has ended. Where the line is full, what is in it says so for now."""
    with suppress(OSError):
        while True:
            with suppress(BlockingIOError):
                line.send(ALIVE, socket.MSG_DONTWAIT)
            await asyncio.sleep(ALIVE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
