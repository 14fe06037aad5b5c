"""Ports for what a test starts: free now, given by no system to whoever asks for any, and to no other worker."""

from __future__ import annotations

import os
import random
import re
import socket
from contextlib import suppress

BELOW_WHAT_SYSTEMS_GIVE = range(20_000, 32_000)
WORKERS = 8
_given: set[int] = set()


def free_port() -> int:
    (port,) = free_ports(1)
    return port


def free_ports(many: int) -> list[int]:
    """So many, none of which this worker was given before."""
    number = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or "0"
    own = [port for port in BELOW_WHAT_SYSTEMS_GIVE if port % WORKERS == int(number) % WORKERS and port not in _given]
    random.shuffle(own)
    found: list[int] = []
    for port in own:
        if len(found) == many:
            break
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    _given.update(found)
    assert len(found) == many, "no port is free"
    return found
