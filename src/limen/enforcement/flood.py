"""What strangers can cause is written down, but not without end: a flood must not fill the disk that doors need."""

from __future__ import annotations

from limen.clock import SECOND, Instant

KEPT_PER_SECOND = 200


class Flood:
    """How much of what strangers can cause is written down one by one: so many of a kind in a second."""

    def __init__(self, at_most: int = KEPT_PER_SECOND) -> None:
        self._at_most = at_most
        self._second = 0
        self._kept: dict[str, int] = {}
        self._left_out: dict[str, int] = {}

    def has_room(self, kind: str, now: Instant) -> bool:
        """Whether one more of `kind` may be written down; what may not is counted."""
        second = now // SECOND
        if second != self._second:
            self._second, self._kept = second, {}
        kept = self._kept.get(kind, 0)
        if kept >= self._at_most:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        self._kept[kind] = kept + 1
        return True

    def left_out(self, kind: str) -> int:
        """How many were left out since this was last asked."""
        return self._left_out.pop(kind, 0)
