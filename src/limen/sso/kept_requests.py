"""Requests that wait for a person: kept in memory for a while, each under a name that nobody guesses.

Strangers can have a request kept, too. So each source has its share, and where all together are too many, the oldest of
the source with the most makes room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from limen.admission import Crowd
from limen.clock import SECOND, Clock, Instant
from limen.opaque import new_token

T = TypeVar("T")

MOST: Final = 4_000
"""Of apps that proved themselves; and of strangers."""
MOST_OF_A_SOURCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    request: T
    until: Instant
    source: str
    crowd: Crowd[str]


class KeptRequests(Generic[T]):
    """What was kept, by the name that it got. `seconds`: for how long."""

    def __init__(self, clock: Clock, seconds: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[str, _Kept[T]] = {}
        self._apps: Crowd[str] = Crowd()
        self._strangers: Crowd[str] = Crowd()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, request: T, source: str, *, is_proved: bool = False) -> str:
        """The name of this request from now on.

        `source` is whose share it takes: the app, where `is_proved`; else where the stranger is.
        """
        now, crowd = self._clock.now(), self._apps if is_proved else self._strangers
        while (oldest := next(iter(self._kept), None)) is not None and self._kept[oldest].until <= now:
            self.take(oldest)
        if crowd.number_of(source) >= MOST_OF_A_SOURCE:
            self.take(crowd.oldest(source) or "")
        elif len(crowd) >= MOST:
            self.take(crowd.oldest_of_the_largest() or "")
        name = new_token()
        self._kept[name] = _Kept(request, now + self._seconds * SECOND, source, crowd)
        crowd.add(source, name)
        return name

    def look(self, name: str) -> T | None:
        """The request of this name; None where it is over, used, or was never kept."""
        kept = self._kept.get(name)
        return None if kept is None or self._clock.now() >= kept.until else kept.request

    def take(self, name: str) -> bool:
        """Use it up. False where it was used before."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            kept.crowd.remove(kept.source, name)
        return kept is not None
