"""Values that are kept in memory for some time: bounded in how long, and in how many."""

from __future__ import annotations

from typing import Generic, TypeVar

from limen.clock import Instant, Milliseconds

K = TypeVar("K")
V = TypeVar("V")


class ExpiringValues(Generic[K, V]):
    """By their keys; each is gone `lives` after it was put, and of more than `most` the oldest make room."""

    def __init__(self, lives: Milliseconds, most: int) -> None:
        self._lives = lives
        self._most = most
        self._kept: dict[K, tuple[V, Instant]] = {}

    def put(self, key: K, value: V, now: Instant) -> None:
        self._kept.pop(key, None)  # what is put again is the newest
        self._kept[key] = value, now
        while len(self._kept) > self._most or self._is_over(now):
            del self._kept[next(iter(self._kept))]

    def get(self, key: K, now: Instant) -> V | None:
        value, at = self._kept.get(key, (None, now))
        return value if 0 <= now - at < self._lives else None

    def _is_over(self, now: Instant) -> bool:
        """Whether the oldest has ended, so that it takes no memory until others push it out."""
        _, at = next(iter(self._kept.values()))
        return now - at >= self._lives

    def drop(self, key: K) -> None:
        self._kept.pop(key, None)
