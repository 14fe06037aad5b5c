"""So often in a time and no more often, whoever asks."""

from __future__ import annotations

import time
from collections import deque


class AtMost:
    """Lets `count` through in any `seconds`; what is turned away does not count. For one thread at a time."""

    def __init__(self, count: int, seconds: float = 60.0) -> None:
        self._count = count
        self._seconds = seconds
        self._past: deque[float] = deque()

    def lets_through(self) -> bool:
        now = time.monotonic()
        while self._past and self._past[0] < now - self._seconds:
            self._past.popleft()
        if len(self._past) >= self._count:
            return False
        self._past.append(now)
        return True
