"""The process that browsers connect to: it stands between them and Caddy, and is watched over as Caddy is.

It is a process of its own, so that what Limen decides at the moment holds nobody's bytes up. Its sockets are opened
by whoever starts it, who says what is in the way, and who starts it again without letting a connection be refused.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from limen.errors import LimenError
from limen.front import end_with_parent
from limen.front.ending import end
from limen.front.places import Places
from limen.settings import Settings

PAUSE_SECONDS: Final = 1.0
BACKLOG: Final = 1_024
_HANDED_ON: Final = ("PATH", "LANG", "TZ", "PYTHONPATH")

_log: Final = logging.getLogger("limen.front")


class Listener:
    """The listening sockets, and the process that has them."""

    def __init__(self, settings: Settings, places: Places) -> None:
        """Open the sockets. Raises LimenError with what is in the way."""
        self._settings = settings
        self._places = places
        self._sockets: list[tuple[socket.socket, str]] = []
        self._process: asyncio.subprocess.Process | None = None
        https = settings.https
        ports = [(https.port, places.browsers_socket), (https.http_port, places.plain_socket)]
        try:
            for address in https.listen:
                for port, caddy in ports:
                    if port and not (len(https.listen) > 1 and _is_of_no_use(address)):
                        self._sockets.append((_listen_on(address, port), str(caddy)))
        except LimenError:
            self._close()
            raise

    async def run(self) -> None:
        """Start the process, and again whenever it ends, until this is cancelled."""
        try:
            while True:
                try:
                    self._process = await self._start()
                    code = await self._process.wait()
                    _log.error("the front's listener exited with code %s and is being restarted", code)
                except OSError as error:
                    _log.error("the front's listener did not start: %s", error.strerror)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if self._process is not None:
                await end(self._process)
            self._close()

    async def _start(self) -> asyncio.subprocess.Process:
        logs = self._settings.logs
        pairs = [f"{one.fileno()}={caddy}" for one, caddy in self._sockets]
        program = [
            sys.executable,
            "-P",  # a file in the folder that Limen was started in is no module
            "-m",
            "limen.front.listen",
            str(self._places.folder),
            logs.format,
            logs.level,
            *pairs,
        ]
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            end_with_parent.__file__,
            str(os.getpid()),
            *program,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
            pass_fds=[one.fileno() for one, _ in self._sockets],
            start_new_session=True,
        )

    def _close(self) -> None:
        for one, _ in self._sockets:
            one.close()


def _is_of_no_use(address: IPv4Address | IPv6Address) -> bool:
    """Whether it means every IPv6 address, and this machine has none: that is no error beside another address."""
    if address.version == 4 or not address.is_unspecified:
        return False
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return True
    return False


def _listen_on(address: IPv4Address | IPv6Address, port: int) -> socket.socket:
    """A socket that connections of browsers come to. Raises LimenError with what is in the way."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    try:
        return socket.create_server((str(address), port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise _cant_listen(address, port, error) from None


def _cant_listen(address: IPv4Address | IPv6Address, port: int, error: OSError) -> LimenError:
    if error.errno == errno.EADDRINUSE:
        fix = (
            "stop whatever is listening there, or choose another `port`, `http_port` or `listen` under [https] "
            "in limen.toml"
        )
    elif error.errno in {errno.EACCES, errno.EPERM}:
        fix = (
            "allow Limen to use ports below 1024 (docs/how-to/run-under-systemd.md), or choose higher ones "
            "under [https] and forward 443 and 80 to them on your router"
        )
    else:
        fix = "set `listen` under [https] in limen.toml to an address of this machine"
    why = (error.strerror or str(error)).lower()
    return LimenError(f"the front can't listen on port {port} of {address}: {why}", fix)
