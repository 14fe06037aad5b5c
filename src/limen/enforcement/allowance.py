"""How much each may ask: so many in a second on and on, and some more in one go after a while of asking less."""

from __future__ import annotations

from typing import Final

from limen.clock import SECOND, Instant

_MOST_ASKERS: Final = 10_000


class Allowance:
    """A bucket for each who asks, filled at `per_second` up to `at_once`."""

    def __init__(self, per_second: int, at_once: int) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._left: dict[str, tuple[float, Instant]] = {}

    def take(self, who: str, number: int, now: Instant) -> bool:
        """Whether `who` may have `number` more; if not, nothing is taken."""
        left, since = self._left.get(who, (float(self._at_once), now))
        left = min(self._at_once, left + max(0, now - since) * self._per_second / SECOND)
        is_enough = number <= left
        if who not in self._left and len(self._left) >= _MOST_ASKERS:
            self._left.clear()
        self._left[who] = (left - number if is_enough else left, now)
        return is_enough
