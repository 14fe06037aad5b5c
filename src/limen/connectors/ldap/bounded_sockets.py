"""Sockets of which no more is read than a bound, for ldap3, which reads as much as comes for as long as it comes."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Final

MOST_BYTES: Final = 32 << 20
"""What is read of one connection, where nobody says otherwise."""
MOST_SECONDS: Final = 600.0
"""How long one connection is read from, so that none that answers a byte at a time is waited for without end."""
MOST_PLAIN_BYTES: Final = 64 << 10
"""What is read before TLS, of whoever answers: the answer to StartTLS."""


class TooMuchError(OSError):
    """More bytes came than are read."""


class TooLongError(OSError):
    """They came for longer than is read."""


class _Bounded(socket.socket):
    """Reads no more than `most_bytes`, and for no longer than `MOST_SECONDS`."""

    most_bytes = MOST_BYTES
    _had = 0
    _until = 0.0

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        found = super().recv(buflen, flags)
        self._had += len(found)
        self._until = self._until or time.monotonic() + MOST_SECONDS
        if self._had > self.most_bytes:
            raise TooMuchError
        if time.monotonic() > self._until:
            raise TooLongError
        return found


class BoundedTlsSocket(_Bounded, ssl.SSLSocket):
    """With TLS."""


class _PlainSocket(_Bounded):
    """Before StartTLS."""

    most_bytes = MOST_PLAIN_BYTES


def bounded_plain(taken: socket.socket) -> socket.socket:
    """The same connection, bounded; the socket that is given is empty from then on."""
    seconds = taken.gettimeout()
    bounded = _PlainSocket(fileno=taken.detach())
    bounded.settimeout(seconds)
    return bounded
