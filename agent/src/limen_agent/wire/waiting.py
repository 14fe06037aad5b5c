"""How long to wait after each failure: longer each time, never all devices at once."""

from __future__ import annotations

import random

_LONGEST_S = 300.0


class BackOff:
    """Doubles from `first_s` to 5 minutes; the wait is between half of that and all of it."""

    def __init__(self, first_s: float = 2.0, longest_s: float = _LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    def next_s(self) -> float:
        most = min(self._longest_s, self._first_s * 2 ** min(self._failures, 16))
        self._failures += 1
        return random.uniform(most / 2, most)  # noqa: S311 -- spreads load, guards nothing

    def reset(self) -> None:
        self._failures = 0


def jittered(interval_s: float) -> float:
    """Nine tenths of the interval to all of it: a fleet that was started at once does not report at once."""
    return random.uniform(interval_s * 0.9, interval_s)  # noqa: S311 -- as above
