"""The names that devices find through their tunnels, and the process beside this one that answers for them."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong

MOST_NAMES = 20_000
NAMES_SECONDS = 2.0
"""How long it may take until what answers has heard what to answer."""


class Names:
    """What devices find by DNS through their tunnels: each the names of what is open to it, and nobody any other.

    They are answered by a process beside this one, which may do nothing else. It ends with this one.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._at: dict[str, Any] | None = None
        self._open: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def follow(self, said: dict[str, Any] | None, now: float | None) -> None:
        """Have these names answered, and no others. `now` is Limen's. Raises Wrong."""
        with self._lock:
            if said is None or "names" not in said or now is None:
                self._end()
                return
            at = {
                "interface": said["interface"],
                "index": socket.if_nametoindex(said["interface"]),
                "addresses": [str(ipaddress.ip_interface(one).ip) for one in said["addresses"]],
            }
            self._open = checked_names(said, boottime() - now)
            if at != self._at or self._process is None or self._process.poll() is not None:
                self._end()
                self._begin(at)
            self._tell()

    def tend(self) -> None:
        """Begin it again where it ended. Raises Wrong."""
        with self._lock:
            if self._at is not None and (self._process is None or self._process.poll() is not None):
                at = self._at
                self._end()
                self._begin(at)
                self._tell()

    def _begin(self, at: dict[str, Any]) -> None:
        self._at = at
        self._process = subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__), "names"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._write(at)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process, self._at = None, None

    def _tell(self) -> None:
        self._write(self._open)

    def _write(self, what: Any) -> None:
        """Within a time: who is stuck is begun again. Raises Wrong."""
        assert self._process is not None
        assert self._process.stdin is not None
        pipe, left, until = self._process.stdin.fileno(), json.dumps(what).encode() + b"\n", time.monotonic()
        until += NAMES_SECONDS
        while left:
            _, is_ready, _ = select.select([], [pipe], [], max(0.0, until - time.monotonic()))
            if not is_ready:
                self._process.kill()
                raise Wrong("names are not answered: what answers them does not listen")
            try:
                left = left[os.write(pipe, left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise Wrong("names are not answered: what answers them ended") from None


def checked_names(said: dict[str, Any], ahead: float) -> dict[str, dict[str, Any]]:
    """By the address of who asks: each name, its addresses, and when it is over, in seconds since the boot, by which
    this machine is `ahead` of Limen. Raises Wrong for what is no name, or an address that is no host's.
    """
    found: dict[str, dict[str, Any]] = {address: {} for peer in said["peers"] for address in peer["addresses"]}
    if len(said["names"]) > MOST_NAMES:
        raise Wrong("these are more names than there can be")
    for one in said["names"]:
        addresses = [ipaddress.ip_address(address) for address in one["addresses"]]
        is_right = (
            len(one["name"]) <= 253
            and re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", one["name"])
            and not any(at.is_loopback or at.is_link_local or at.is_multicast or at.is_unspecified for at in addresses)
        )
        if not is_right:
            raise Wrong("these names can't be")
        ends = one["until"] / 1000 + ahead
        for who in one["for"]:
            if who in found:
                before, latest = found[who].get(one["name"], ((), 0.0))
                found[who][one["name"]] = (
                    list({**dict.fromkeys(before), **dict.fromkeys(map(str, addresses))}),
                    max(latest, ends),
                )
    return found
