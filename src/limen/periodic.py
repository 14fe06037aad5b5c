"""Work that is done again and again while Limen runs: spread, so that not all of it falls on one moment."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Final

from limen.pillar import Every, Leader

SPREAD: Final = 0.1
"""By how much of its length each pause may be shorter or longer, so that workers and jobs drift apart."""

_log = logging.getLogger(__name__)


def start(every: Every, leader: Leader) -> asyncio.Task[None]:
    """Do this work until the task is cancelled, the first time after a pause of any length up to a whole one.

    What is done once is done while this worker leads.
    """
    return asyncio.create_task(_run(every, leader), name=every.name)


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel it, and return when it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _run(every: Every, leader: Leader) -> None:
    await leader.led(every.once)
    await asyncio.sleep(every.seconds * random.random())  # noqa: S311 -- spreads work, guards nothing
    while True:
        await leader.led(every.once)
        try:
            await every.work()
        except Exception:  # noqa: BLE001 -- whatever went wrong, the next turn comes
            _log.exception("%s failed; the next turn is in about %s s", every.name, every.seconds)
        await asyncio.sleep(every.seconds * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 -- the same
