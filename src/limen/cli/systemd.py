"""Telling systemd that Limen is ready, and that it lives (sd_notify, sd_watchdog_enabled). Silent without systemd."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress


def tell(state: str) -> None:
    """Send one line such as `READY=1` to whoever started this process as a service of type notify."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # an abstract socket, which has no file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), address)


async def keep_watchdog() -> None:
    """Say twice in each watchdog interval that the event loop runs; systemd restarts one that hangs."""
    interval = os.environ.get("WATCHDOG_USEC", "")
    if not interval.isdigit() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return
    while True:
        tell("WATCHDOG=1")
        await asyncio.sleep(int(interval) / 2_000_000)
