from __future__ import annotations

import asyncio
import threading

import pytest

from limen.doctor.in_thread import aside


async def test_it_gives_back_what_the_call_returns_or_raises() -> None:
    assert await aside(lambda: threading.current_thread().daemon) is True

    def fails() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await aside(fails)


async def test_a_call_that_hangs_is_left_behind() -> None:
    stop = threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await aside(stop.wait)
    stop.set()
