"""`limen serve --workers N`: the parent of the workers, its signals, and what it says to systemd."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from limen.cli import systemd
from limen.cli.output import at
from limen.company.places import data_folder, journal_folder, workers_folder
from limen.errors import LimenError
from limen.front.places import open_places
from limen.storage.errors import DatabaseTakenError
from limen.storage.file_lock import FileLock
from limen.storage.lock_holders import PARENT_LOCK, running_limen
from limen.supervising.child import Child
from limen.supervising.orders import Order
from limen.supervising.parent import Parent

if TYPE_CHECKING:
    from pathlib import Path

    from limen.serving import Ports
    from limen.settings import Settings

WAIT_SECONDS: Final = 15.0
"""So long a parent waits for workers whose parent was killed: they end by themselves."""

_log: Final = logging.getLogger("limen.workers")


async def serve_by_several(folder: Path, settings: Settings, count: int) -> None:
    """Be the parent of `count` workers until this process is told to stop. SIGHUP replaces them one by one."""
    from limen.serving import open_ports

    async with AsyncExitStack() as closing:
        own = FileLock(workers_folder(folder, settings) / PARENT_LOCK)
        await _alone(own, folder, settings)
        closing.callback(own.close)
        front = f"unix:{open_places(data_folder(folder, settings)).limen_socket}" if settings.https.is_on else ""
        ports = open_ports(settings, front)
        closing.callback(ports.close)
        parent = Parent(count, lambda number, is_first: _started(folder, ports, number, is_first=is_first))
        closing.push_async_callback(parent.stop)
        closing.callback(
            ports.close
        )  # first: a connection that no worker takes any more is refused, and not kept waiting
        await parent.start()
        print(f"{count} workers answer.", flush=True)
        systemd.tell("READY=1")
        watchdog = asyncio.create_task(systemd.keep_watchdog(), name="watchdog")
        closing.push_async_callback(cancelled, watchdog)
        rolling = Rolling(parent)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, rolling.begin)
        closing.callback(rolling.close)
        closing.callback(systemd.tell, "STOPPING=1")
        await asyncio.Event().wait()


class Rolling:
    """Replaces the workers when asked to, once at a time."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._roll(), name="replace the workers")

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _roll(self) -> None:
        systemd.tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            await self._parent.roll()
        except LimenError as error:
            _log.error("the workers were not replaced: %s", error.what)
        else:
            print("All workers were replaced.", flush=True)
        systemd.tell("READY=1")


async def cancelled(task: asyncio.Task[object]) -> None:
    """Cancel it, and return when it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _started(folder: Path, ports: Ports, number: int, *, is_first: bool) -> Child:
    return Child.start(
        Order(
            folder=str(folder),
            worker=number,
            is_first=is_first,
            line=-1,
            browsers=ports.browsers.fileno(),
            check=ports.check.fileno() if ports.check is not None else -1,
            health=ports.health.fileno() if ports.health is not None else -1,
        )
    )


async def _alone(own: FileLock, folder: Path, settings: Settings) -> None:
    """Be the one parent here. Raises LimenError where another Limen runs; what one left that was killed ends soon."""
    places = workers_folder(folder, settings), journal_folder(folder, settings)
    try:
        own.hold()
    except DatabaseTakenError:
        raise _runs_already(running_limen(*places), folder) from None
    ends_at = time.monotonic() + WAIT_SECONDS
    while (pid := running_limen(*places, but_parent=True)) is not None:
        if time.monotonic() > ends_at:
            own.close()
            raise _runs_already(pid, folder)
        await asyncio.sleep(0.1)


def _runs_already(pid: int | None, folder: Path) -> LimenError:
    return LimenError(
        f"Limen already runs here (pid {pid})", f"stop it first, or check it with `limen doctor{at(folder)}`"
    )
