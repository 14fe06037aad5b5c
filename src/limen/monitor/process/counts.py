"""What is counted of each source while the process runs. Test events of Limen's own count for nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.link import SourceFigures
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.process.batch import Tally

MOST_SOURCES: Final = 200
MOST_SENDERS: Final = 500
"""Of one source: beyond it the one that was not heard for longest is forgotten."""


class Counts:
    """Written by the receivers and by the thread that keeps; read each second."""

    def __init__(self) -> None:
        self._of: dict[str, SourceFigures] = {}
        self._refused: dict[str, int] = {}
        self._lock = threading.Lock()

    def came(self, source: str, size: int, now: Instant, sender: str = "") -> None:
        """So many bytes came of this source, from this sender."""
        if source == CANARY:
            return
        with self._lock:
            one = self._figures(source)
            one.size += size
            one.last_at = max(one.last_at, now)
            if sender:
                one.senders.pop(sender, None)
                one.senders[sender] = now
                if len(one.senders) > MOST_SENDERS:
                    del one.senders[next(iter(one.senders))]

    def kept(self, tallies: Iterable[Tally]) -> None:
        """These are durable."""
        with self._lock:
            for tally in tallies:
                if tally.source == CANARY:
                    continue
                one = self._figures(tally.source)
                one.events += tally.events
                one.lag_ms = tally.lag_ms
                one.unreadable += tally.unreadable
                for product, number in tally.looks_like.items():
                    one.looks_like[product] = one.looks_like.get(product, 0) + number

    def lost(self, source: str, number: int = 1) -> None:
        with self._lock:
            self._figures(source).lost += number

    def refused(self, way: str) -> None:
        """Something came from nobody who may send that way."""
        with self._lock:
            self._refused[way] = self._refused.get(way, 0) + 1

    def figures(self) -> tuple[tuple[SourceFigures, ...], dict[str, int]]:
        """All of it as it is now, and what was refused."""
        with self._lock:
            every = [
                msgspec.structs.replace(one, senders=dict(one.senders), looks_like=dict(one.looks_like))
                for one in self._of.values()
            ]
            return tuple(every), dict(self._refused)

    def last_heard(self) -> dict[str, Instant]:
        with self._lock:
            return {name: one.last_at for name, one in self._of.items()}

    def _figures(self, source: str) -> SourceFigures:
        found = self._of.get(source)
        if found is None:
            if len(self._of) >= MOST_SOURCES:
                source = "others"
            found = self._of.setdefault(source, SourceFigures(name=source, senders={}, looks_like={}))
        return found
