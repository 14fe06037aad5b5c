"""Sockets that listen, and what to say where one can't be had."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from limen.errors import LimenError


class AddressInUseError(LimenError):
    """Something else listens there."""


def listen_on(address: str) -> socket.socket:
    """A listening socket on `host:port` or `unix:/path`. Raises LimenError where that can't be had: AddressInUseError
    where somebody else has it.

    A socket at a path is for this user alone, and takes the place of one that was left over. No host would be every
    interface of the machine, which must be said (0.0.0.0), never meant by leaving it out.
    """
    if address.startswith("unix:"):
        return _listen_at(Path(address.removeprefix("unix:")))
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host:
        raise cant_listen(address, ValueError("it has no host"))
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, int(port)), family=family, backlog=1_024)
    except (OSError, ValueError, OverflowError) as error:
        raise cant_listen(address, error) from None


def _listen_at(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(1_024)
    except OSError as error:
        listening.close()
        raise cant_listen(f"unix:{path}", error) from None
    return listening


def cant_listen(address: str, error: Exception) -> LimenError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Limen can't listen on {address}, because something else does: perhaps the demo, or another Limen",
            "stop it, or choose another under [listen] in limen.toml; `limen doctor` shows what it is",
        )
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LimenError(
        f"Limen can't listen on {address}: {why}",
        "stop whatever is listening there, or choose another under [listen] in limen.toml",
    )
