"""How much Caddy holds, and whose connections give way where it is too much.

A stream whose answer nobody reads costs Caddy a goroutine at the least, and up to 130 kB with what hangs on it. How
many goroutines there are is told at once and on every system; how much memory, only after Go has collected its garbage.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.errors import LimenError
from limen.front import admin
from limen.front.tcp_proxy import TcpProxy

MOST_GOROUTINES: Final = 12_000
"""500 people with three streams each that stay open are 9,000. A request at Limen is three at the least, so connections
end before Caddy has as many requests there as it may, and others would wait.
"""
ENOUGH_GOROUTINES: Final = 9_000
"""Where connections stop giving way."""
OF_A_CONNECTION: Final = 1_000
"""The most that the end of a connection frees, four for each of 250 streams: so no more are ended than must."""
LOOK_SECONDS: Final = 0.1
SILENT_SECONDS: Final = 1.0
"""How often it is looked where nobody sends anything, but connections are open: what came in one burst is begun with
long after its last byte.
"""

_log: Final = logging.getLogger("limen.front")


class Pressure:
    """Looks at the Caddy behind `proxy` as long as `watch` runs."""

    def __init__(self, proxy: TcpProxy, admin_socket: Path) -> None:
        self._proxy = proxy
        self._admin_socket = admin_socket
        self._seen_bytes = 0
        self._seen_at = 0.0

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            is_silent = self._seen_bytes == self._proxy.bytes_from_browsers
            if is_silent and not (self._proxy.connections and time.monotonic() - self._seen_at >= SILENT_SECONDS):
                continue
            self._seen_bytes = self._proxy.bytes_from_browsers
            await self.relieve()
            self._seen_at = time.monotonic()

    async def relieve(self) -> None:
        """Have as many connections end as it takes."""
        with suppress(LimenError):  # it is being started again, and holds nothing
            goroutines = await admin.goroutines(self._admin_socket)
            while goroutines > MOST_GOROUTINES:
                wanted = -(-(goroutines - ENOUGH_GOROUTINES) // OF_A_CONNECTION)
                ended = self._proxy.make_way(wanted)
                _log.warning("front: %d goroutines, so %d connections were ended", goroutines, ended)
                if not ended:
                    return
                goroutines = await self._settled()

    async def _settled(self) -> int:
        """How many there are once they no longer become fewer: what was ended takes a moment to be gone."""
        before, now = MOST_GOROUTINES * 1_000, MOST_GOROUTINES * 999
        while ENOUGH_GOROUTINES < now < before:
            await asyncio.sleep(LOOK_SECONDS)
            before, now = now, await admin.goroutines(self._admin_socket)
        return now
