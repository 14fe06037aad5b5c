"""Whose turn it is: owners in a circle, so that nobody with many slow documents has others wait for all of them."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from typing import Generic, TypeVar

J = TypeVar("J")


class Turns(Generic[J]):
    """What waits, by owner. `at_once`: of one owner so many run at the same time. `most` may wait or run, of one owner
    `most_of_one`; who is nobody's ("") shares in `most` alone. Used by any number of threads.
    """

    def __init__(self, *, at_once: int, most: int, most_of_one: int) -> None:
        self._at_once, self._most, self._most_of_one = at_once, most, most_of_one
        self._waiting: OrderedDict[str, deque[J]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._of_owner: Counter[str] = Counter()
        self._lock = threading.Lock()

    def join(self, owner: str, job: J) -> bool:
        """Have it wait for its turn; False where there is no room for it."""
        with self._lock:
            is_full = bool(owner) and self._of_owner[owner] >= self._most_of_one
            if is_full or self._of_owner.total() >= self._most:
                return False
            self._of_owner[owner] += 1
            self._waiting.setdefault(owner, deque()).append(job)
            return True

    def next(self) -> tuple[str, J] | None:
        """The next one, which runs until it has `ended` and takes room until it `leave`s.

        None: what waits is of owners who have their share.
        """
        with self._lock:
            owner = next((one for one in self._waiting if self._running[one] < self._at_once), None)
            if owner is None:
                return None
            jobs = self._waiting.pop(owner)
            job = jobs.popleft()
            if jobs:
                self._waiting[owner] = jobs  # behind everybody else
            self._running[owner] += 1
            return owner, job

    def ended(self, owner: str) -> None:
        """One of this owner's runs no more."""
        with self._lock:
            _less(self._running, owner)

    def leave(self, owner: str, job: J) -> None:
        """It takes no room any more; where it waits, it has no turn."""
        with self._lock:
            _less(self._of_owner, owner)
            jobs = self._waiting.get(owner)
            if jobs is not None and job in jobs:
                jobs.remove(job)
                if not jobs:
                    del self._waiting[owner]


def _less(count: Counter[str], owner: str) -> None:
    count[owner] -= 1
    if not count[owner]:
        del count[owner]
