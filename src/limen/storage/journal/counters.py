"""Counters of what the journal has taken since the process started, for metrics."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from limen.storage.journal.folding import Fold
from limen.storage.journal.recent import Written


@dataclass(frozen=True, slots=True)
class Counts:
    """`decisions` by door and effect, `events` of other kinds by kind; `deciding_us` is the time that deciding took."""

    decisions: dict[tuple[str, str], int]
    events: dict[str, int]
    deciding_us: float


class Counters:
    """Written by the journal's thread, read by any; a request never waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: Counter[tuple[str, str]] = Counter()
        self._events: Counter[str] = Counter()
        self._deciding_us = 0.0

    def add(self, written: Sequence[Written]) -> None:
        """Count what has just become durable."""
        with self._lock:
            for one in written:
                if isinstance(one, Fold):
                    self._decisions[one.door, one.effect.value] += one.count
                    self._deciding_us += one.micros
                elif one.decision is not None:
                    self._decisions[one.decision.door, one.decision.effect] += one.count
                    self._deciding_us += one.decision.micros * one.count
                else:
                    self._events[one.kind] += one.count

    def counts(self) -> Counts:
        with self._lock:
            return Counts(dict(self._decisions), dict(self._events), self._deciding_us)
