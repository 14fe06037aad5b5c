"""The rate limit where a guess or somebody's patience is at stake: one for all workers together."""

from __future__ import annotations

from limen.clock import Milliseconds
from limen.storage.kept_briefly import Rows, Shelf

MOST_KEYS = 10_000
"""Beyond it the key that was not asked about for longest starts anew."""


class KeptRateLimit:
    """Each key has `at_once` to spend in one go, and gets one more after each `every`. `of` is what is limited.

    What is kept is the instant at which all that was spent is paid for (the generic cell rate algorithm, ITU-T I.371).
    """

    def __init__(self, of: str, every: Milliseconds, at_once: int) -> None:
        self._shelf = Shelf(f"pace: {of}", MOST_KEYS)
        self._every = every
        self._at_once = at_once

    def admits(self, rows: Rows, key: str) -> bool:
        """Whether `key` may have one more; if not, nothing is taken."""
        rows.hold(self._shelf, key)
        kept = rows.look(self._shelf, key)
        paid = max(rows.now, int(kept.data) if kept is not None else 0) + self._every
        if paid > rows.now + self._at_once * self._every:
            return False
        rows.put(self._shelf, key, b"%d" % paid, paid)
        return True
