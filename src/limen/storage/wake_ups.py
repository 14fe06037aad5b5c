"""How processes on one machine tell each other that something was committed: a datagram to each, which may get lost.

Whoever listens looks by itself now and then, too. A socket that nobody listens on any more is removed.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

SUFFIX: Final = ".wake"
MOST_BYTES_OF_A_PATH: Final = 100
"""What an address of a socket holds, and a little less (unix(7))."""
_WAKE: Final = b"w"


def wake_all(folder: Path, but: Collection[str] = ()) -> None:
    """Wake whoever listens in `folder`, but those of these addresses; waits for nobody, and raises nothing."""
    try:
        sockets = [one.name for one in os.scandir(folder) if one.name.endswith(SUFFIX) and one.name not in but]
    except OSError:
        return
    if sockets:
        with suppress(OSError), short(folder) as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            for name in sockets:
                try:
                    own.sendto(_WAKE, f"{place}/{name}")
                except ConnectionRefusedError:
                    with suppress(OSError):
                        (folder / name).unlink()
                except OSError:
                    continue  # it has enough to read already


class WakeUps(threading.Thread):
    """Calls `told` on a thread of its own whenever somebody calls `wake_all` with this folder."""

    def __init__(self, folder: Path, told: Callable[[], None]) -> None:
        super().__init__(name="limen-wake-ups", daemon=True)
        self._told = told
        self.address = secrets.token_hex(6) + SUFFIX
        self._file = folder / self.address
        self._socket: socket.socket | None = None
        self._is_stopping = False
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError), short(folder) as place:
            own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                own.bind(f"{place}/{self._file.name}")
                self._file.chmod(0o600)
            except OSError:
                own.close()
                raise
            self._socket = own

    def stop(self) -> None:
        self._is_stopping = True
        if self._socket is None:
            return
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.join()
        self._socket.close()
        with suppress(OSError):
            self._file.unlink()

    def run(self) -> None:
        while self._socket is not None and not self._is_stopping:
            try:
                self._socket.recv(1)
            except OSError:
                return
            if not self._is_stopping:
                self._told()


@contextmanager
def short(folder: Path) -> Iterator[str]:
    """A path of the folder that an address of a socket has room for. Raises OSError where there is none."""
    if len(os.fsencode(folder)) + 20 <= MOST_BYTES_OF_A_PATH:
        yield str(folder)
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}"
    finally:
        os.close(opened)
