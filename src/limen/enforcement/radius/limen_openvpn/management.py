"""OpenVPN's management interface (management-notes.txt)."""

from __future__ import annotations

import select
import socket
import threading
from typing import Iterator

from limen.following.program.kept import Wrong

_LONGEST_LINE = 16_384
TICK_SECONDS = 0.1
_WRITES_SECONDS = 5.0


class Management:
    """The connection. One thread reads it, any may say something."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_WRITES_SECONDS)
        self._socket.connect(path)
        self._writing = threading.Lock()
        self._ready = select.poll()
        self._ready.register(self._socket, select.POLLIN)

    def say(self, *lines: str) -> None:
        """Raises OSError where it is gone, or does not listen: half a command is none, so that is its end."""
        if any(set(line) & set("\r\n\0") for line in lines):
            raise ValueError("a command has one line")
        with self._writing:
            try:
                self._socket.sendall("".join(f"{line}\n" for line in lines).encode())
            except OSError:
                self._socket.shutdown(socket.SHUT_RDWR)
                raise

    def lines(self) -> Iterator[str]:
        """What it says, line by line, "" each tick in between. Raises Wrong for a line that nobody writes so long."""
        left = b""
        while True:
            if not self._ready.poll(TICK_SECONDS * 1_000):
                yield ""
                continue
            got = self._socket.recv(65_536)
            if not got:
                return
            *whole, left = (left + got).split(b"\n")
            for line in whole:
                yield self._line(line)
            self._line(left)
            yield ""

    @staticmethod
    def _line(line: bytes) -> str:
        if len(line) > _LONGEST_LINE:
            raise Wrong("OpenVPN's management interface says a line that is too long")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def close(self) -> None:
        self._socket.close()
