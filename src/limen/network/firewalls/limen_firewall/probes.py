"""Probes: connections that Limen asks this machine to try, to see whether the network is as it is stated."""

from __future__ import annotations

import errno
import random
import socket
import threading
import time
from typing import Any

PROBE_SECONDS = 2.0
GAP_SECONDS = 0.5
"""Between two tries at most, so that they are no burst."""
MOST_PROBES = 40
REFUSED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ECONNRESET}
"""What a packet of somebody else's answered: a reset, or that it is prohibited."""


class Probes:
    """The round to try now, and what came of the one before. Two threads use it."""

    def __init__(self) -> None:
        self.done: dict[str, Any] | None = None
        """What is still to be told."""
        self._is_asked = threading.Event()
        self._asked: dict[str, Any] = {}
        self._tried = ""
        self._ends = 0.0

    def follow(self, said: dict[str, Any] | None) -> None:
        """Try what a state says, each round once."""
        if said is not None and said["id"] not in {self._tried, self._asked.get("id")}:
            self._asked, self._ends = said, time.monotonic() + said["seconds"]
            self._is_asked.set()

    def try_next(self) -> None:
        """Wait for a round, and try it. What there is no time for is not tried."""
        self._is_asked.wait()
        self._is_asked.clear()
        asked = self._asked
        self._tried = asked["id"]
        told = []
        for number, (source, destination, port) in enumerate(asked["probes"][:MOST_PROBES]):
            time.sleep(random.uniform(0.0, GAP_SECONDS))
            if time.monotonic() + PROBE_SECONDS > self._ends:
                break
            told.append([number, outcome_of(source, destination, port)])
        self.done = {"round": asked["id"], "outcomes": told}


def outcome_of(source: str, destination: str, port: int) -> str:
    """What becomes of a connection. Nothing is sent by it."""
    with socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(PROBE_SECONDS)
        try:
            one.bind((source, 0))
        except OSError:
            return "untried"  # it is no address of this machine
        try:
            one.connect((destination, port))
        except OSError as wrong:
            if wrong.errno in REFUSED:
                return "refused"
            return "silent" if wrong.errno in {None, errno.ETIMEDOUT} else "untried"
        return "through"
