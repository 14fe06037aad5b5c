"""`limen front`: https as a service of its own, so that people see the outage page while Limen is down."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from limen.cli import systemd
from limen.cli.options import Folder
from limen.cli.serve import how_to_turn_on, said_of
from limen.clock import SystemClock
from limen.company.load import load_settings
from limen.company.places import data_folder
from limen.errors import LimenError
from limen.front.front import Front, hosts_last_served
from limen.front.places import open_places


def run(
    folder: Folder = Path(),
) -> None:
    asyncio.run(_stand(folder))
    print("The front has stopped.", flush=True)


async def _stand(folder: Path) -> None:
    settings = load_settings(folder)
    if not settings.https.is_on:
        raise how_to_turn_on(settings)
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    places = open_places(data_folder(folder, settings))
    front = Front(settings, folder, places, lambda: hosts_last_served(places), SystemClock())
    try:
        status = await front.start()
        if not status.is_watched_here:
            raise LimenError(
                "a front is already running", "stop `limen serve --https` or the other `limen front` first"
            )
        for line in said_of(settings, status):
            print(line, flush=True)
        systemd.tell("READY=1")
        watching = asyncio.create_task(systemd.keep_watchdog(), name="watchdog")
        await ended.wait()
        watching.cancel()
    finally:
        await front.close()
