"""Which worker does what must be done once: one of each machine's, and of those one over all.

On a machine it is whoever holds a lock on a file, so the next takes over as soon as that process has ended, and never
before. Over all machines it is whoever of them holds a lock in the database; with a file as database there is one.

That lock ends with its connection, which its holder may learn late: it was stopped, or nothing comes through. So it
leads all for a few seconds after it last asked, no longer. Two may still do the same at once for so long, and whatever
is under way then goes on: work that is done in all has to bear that.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TYPE_CHECKING, Final

from limen.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from limen.storage.backend import Claim

LOOK_SECONDS: Final = 1.0
"""How often a worker looks whether it leads."""
LEADS_SECONDS: Final = 5.0
"""For how long a worker leads all machines after it began to look whether it does."""

_log = logging.getLogger(__name__)


class Once(Enum):
    """Where work is done of which several workers know."""

    PER_WORKER = "per worker"
    """In each, for what only its own memory has."""
    PER_MACHINE = "per machine"
    """Once on each machine: for its ports, files and processes."""
    IN_ALL = "in all"
    """Once, however many machines there are."""


class Leader:
    """Whether this worker leads its machine (`machine`), and all (`everywhere`); without claims it is alone."""

    def __init__(
        self, machine: Claim | None = None, everywhere: Claim | None = None, clock: Clock | None = None
    ) -> None:
        self._machine = machine
        self._everywhere = everywhere
        self._clock = clock or SystemClock()
        self._looked_at = 0.0
        self._led = frozenset(Once) if machine is None else frozenset({Once.PER_WORKER})
        self._led_more = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="limen-leader")
        """Of its own: whatever else is done in threads must not cost the lead."""

    def leads(self, once: Once) -> bool:
        """Whether work of this kind is for this worker, as it was when it looked last."""
        is_old = once is Once.IN_ALL and self._clock.monotonic() - self._looked_at > LEADS_SECONDS
        return once in self._led and not (is_old and self._machine is not None)

    async def led(self, once: Once) -> None:
        """Return when work of this kind is for this worker."""
        while not self.leads(once):
            self._led_more.clear()
            await self._led_more.wait()

    async def start(self) -> None:
        """Go on looking."""
        if self._machine is not None:
            self._looking = asyncio.create_task(self._look_on(), name="see who leads")

    def look(self) -> None:
        """Lead where nobody else does, in this thread. A worker leads all machines only while it leads its own."""
        if self._machine is None:
            return
        led, began = {Once.PER_WORKER}, self._clock.monotonic()
        if _is_held(self._machine):
            led.add(Once.PER_MACHINE)
            if _is_held(self._everywhere):
                led.add(Once.IN_ALL)
        if Once.IN_ALL in self._led - led:
            _log.warning("what is done once in all is done by another worker, or by none, from now on")
        self._led, self._looked_at = frozenset(led), began

    async def close(self) -> None:
        """Leave it to others."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for claim in (self._everywhere, self._machine):
            if claim is not None:  # behind a look that is under way, which would take it once more
                await asyncio.get_running_loop().run_in_executor(self._thread, claim.close)
        if self._machine is not None:
            self._led = frozenset()
        self._thread.shutdown(wait=False)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self.look)
            except Exception:  # noqa: BLE001 -- such as a file with a password that can't be read just now
                _log.exception("who leads could not be seen; the next look is in %s s", LOOK_SECONDS)
            self._led_more.set()


def _is_held(claim: Claim | None) -> bool:
    from limen.storage.errors import StorageError

    try:
        if claim is not None:
            claim.hold()
    except (StorageError, OSError):
        return False
    return True


def leading(once: Once, leader: Leader) -> Callable[[], bool]:
    """Whether work of this kind is for this worker at the moment."""
    return lambda: leader.leads(once)
