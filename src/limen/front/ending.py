"""Ending a process that we started."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Final

STOP_SECONDS: Final = 5.0


async def end(process: Process) -> None:
    """End it: in order, and after a while at once. One that has ended is left alone."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
