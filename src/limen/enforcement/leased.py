"""What decides about somebody who was let in elsewhere, done only by a worker that holds its lease."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from limen.pillar import Core

LOOK_SECONDS: Final = 1.0
"""How often a worker without a lease looks whether it has one."""


class Leased:
    """Does some work at once, or as soon as this worker has a lease: without one it decides nothing, and would put out
    everybody. Used on the event loop alone.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._is_closed = False

    def do(self, work: Callable[[], None]) -> None:
        """`work` looks by itself whether it is still wanted."""
        if self._core.clock.monotonic() < self._core.known.lease_until:
            work()
        elif not self._is_closed:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self.do, work)

    def close(self) -> None:
        """What waits is not done any more."""
        self._is_closed = True
