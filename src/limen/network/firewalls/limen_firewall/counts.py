"""How many packets the kernel denied between each two interfaces, whether it logged them or not."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

from limen.following.program.commands import run
from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE

COUNTED = "counted"
"""The set in which each pair of interfaces has a counter."""
READ_SECONDS = 5.0
MOST_PAIRS = 1_000


class Counts:
    """What is still to be told. A ruleset that takes another's place counts from zero: `read` is called before."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}
        self._untold: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._due = 0.0

    def read(self) -> None:
        """Take over what the kernel counted since. A ruleset without counters of pairs counts nothing."""
        with self._lock:
            now = counted()
            for pair, packets in now.items():
                before = self._last.get(pair, 0)
                self._untold[pair] += packets - before if packets >= before else packets
            self._last = now

    def take(self) -> list[list[Any]]:
        """What is to be told now: two interfaces, and how many packets; nothing where it is not long since the last."""
        if time.monotonic() < self._due:
            return []
        self._due = time.monotonic() + READ_SECONDS
        self.read()
        with self._lock:
            some = [(pair, packets) for pair, packets in self._untold.most_common(MOST_PAIRS) if packets > 0]
            for pair, _ in some:
                del self._untold[pair]
            return [[*pair, packets] for pair, packets in some]

    def put_back(self, told: list[list[Any]]) -> None:
        """It could not be told."""
        with self._lock:
            for came_by, goes_by, packets in told:
                self._untold[came_by, goes_by] += packets


def counted() -> dict[tuple[str, str], int]:
    """By the interfaces that packets came by and would have gone by ("": to or from this machine itself)."""
    try:
        listed = json.loads(run("nft", "-j", "list", "set", FAMILY, TABLE, COUNTED))["nftables"]
    except Wrong as wrong:
        if "No such file" in str(wrong):
            return {}
        raise
    elements = [one for each in listed for one in each.get("set", {}).get("elem", [])]
    return {
        (one["elem"]["val"]["concat"][0], one["elem"]["val"]["concat"][1]): one["elem"]["counter"]["packets"]
        for one in elements
    }
