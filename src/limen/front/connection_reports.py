"""What Limen tells its front of a browser's connection: whose it is, and that it is in the way of others.

Limen knows sessions and requests, the front holds connections, and they may be two processes. A report is one datagram.
It is sent again with a later request: it may have been lost, or the same client come back by the same port.
"""

from __future__ import annotations

import socket
import time
from asyncio import DatagramProtocol
from pathlib import Path
from typing import Any, Final

from limen.admission import FrontConnections

LONGEST_BYTES: Final = 512
MOST_REMEMBERED: Final = 8_192
AGAIN_SECONDS: Final = 10.0
"""For so long a report is not sent a second time."""


class ConnectionReports:
    """Limen's end: sends to the front that listens at `path`, where there is one."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._told: dict[str, tuple[str, float]] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def belongs_to(self, connection: str, owner: str, sign_in: str) -> None:
        whose, at = self._told.get(connection, ("", 0.0))
        now = time.monotonic()
        if whose == owner and now - at < AGAIN_SECONDS:
            return
        if self._send(f"owner {connection} {owner} {sign_in}"):
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told[connection] = owner, now

    def gave_way(self, connection: str) -> None:
        self._send(f"gave-way {connection}")

    def close(self) -> None:
        self._socket.close()

    def _send(self, report: str) -> bool:
        said = report.encode()
        if len(said) > LONGEST_BYTES:
            return False
        try:
            self._socket.sendto(said, self._path)
        except OSError:  # no front, or one that is behind
            return False
        return True


class ReportListener(DatagramProtocol):
    """The front's end: hands on what it is told."""

    def __init__(self, told: FrontConnections) -> None:
        self._told = told

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 -- as asyncio calls it
        match data.decode("utf-8", "replace").split(" "):
            case ["owner", connection, owner, sign_in]:
                self._told.belongs_to(connection, owner, sign_in)
            case ["gave-way", connection]:
                self._told.gave_way(connection)


def listening(path: Path) -> socket.socket:
    """The socket for a `ReportListener`, which this user alone can reach; it takes the place of one left over."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.bind(str(path))
    path.chmod(0o600)
    return made
