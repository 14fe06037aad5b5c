"""Runs a blocking call in a thread of its own that is abandoned when the time is up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises. When this is cancelled the thread is left alone, and keeps no program from ending.

    (A resolver or a disk can hang for minutes, and the event loop's own threads would be waited for at the end.)
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # T may itself be None

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 -- handed on to whoever waits
            error = raised
        try:
            loop.call_soon_threadsafe(tell, result, error)
        except RuntimeError:
            return  # the loop has ended, and with it whoever waited

    threading.Thread(target=run, name="limen-doctor", daemon=True).start()
    return await answer
