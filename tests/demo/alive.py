"""Harbor opened for a visitor on a loop of its own: as `limen demo` has it, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from limen.demo.harbor import copy_to
from limen.demo.open_demo import Opened, opened_harbor

T = TypeVar("T")


class Alive:
    """The demo, running in a thread; `run` does something on its loop."""

    def __init__(self, opened: Opened, loop: asyncio.AbstractEventLoop) -> None:
        self.opened = opened
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


@contextmanager
def alive(folder: Path) -> Iterator[Alive]:
    copy_to(folder, prefer_usual_ports=False)
    is_open, stop = threading.Event(), asyncio.Event()
    found: list[Alive | BaseException] = []

    async def live() -> None:
        async with opened_harbor(folder) as opened:
            found.append(Alive(opened, asyncio.get_running_loop()))
            is_open.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            found.append(error)
            is_open.set()
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert is_open.wait(60), "Harbor did not open"
    running = found[0]
    if not isinstance(running, Alive):
        raise running
    try:
        yield running
    finally:
        running._loop.call_soon_threadsafe(stop.set)
        thread.join(60)
