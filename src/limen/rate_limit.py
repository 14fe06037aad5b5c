"""The one rate limit: a token bucket for each key, bounded in memory. Guesses are slowed by `identity/guesses`."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from limen.clock import SECOND, Instant

MOST_KEYS: Final = 10_000
"""Beyond it the key that was not asked about for longest starts anew."""


class RateLimit:
    """Each key has `at_once` to spend in one go, and gets `per_second` more in a second."""

    def __init__(self, per_second: float, at_once: int, most_keys: int = MOST_KEYS) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._most_keys = most_keys
        self._left: OrderedDict[str, tuple[float, Instant]] = OrderedDict()
        self._refused: dict[str, int] = {}

    def admits(self, key: str, now: Instant, number: int = 1) -> bool:
        """Whether `key` may have `number` more; if not, nothing is taken, and the refusal is counted."""
        left, since = self._left.pop(key, (float(self._at_once), now))
        left = min(self._at_once, left + max(0, now - since) * self._per_second / SECOND)
        is_enough = number <= left
        self._left[key] = (left - number if is_enough else left, now)
        if not is_enough:
            self._refused[key] = self._refused.get(key, 0) + 1
        if len(self._left) > self._most_keys:
            gone, _ = self._left.popitem(last=False)
            self._refused.pop(gone, None)
        return is_enough

    def refused(self, key: str) -> int:
        """How often `key` was refused since this was last asked."""
        return self._refused.pop(key, 0)
