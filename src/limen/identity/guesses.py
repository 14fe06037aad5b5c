"""How fast anyone may guess: per person, per address and company-wide, each with growing, bounded delays.

Nobody is locked out by a stranger. A delay never exceeds its cap; passkeys are not slowed by what is guessed about a
person; and a browser in which the person has signed in before has a count of its own, which only itself can raise.
A try inside a delay is refused unread, so it costs nothing and tells nothing. Used on the event loop only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds

LIMIT = 20_000
"""Counts kept of each kind; beyond it the one untouched for longest is forgotten."""

Key = tuple[str, str]
"""What is counted: ("person", digest of the email address), ("address", network), ("company", ""), …"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How one kind grows: `free` guesses at once, then a delay that doubles every `doubling` guesses up to a cap.

    Half of what was counted is forgotten every `halved_every`.
    """

    free: int
    first: Milliseconds
    cap: Milliseconds
    halved_every: Milliseconds
    doubling: int = 1

    def delay(self, count: float) -> Milliseconds:
        if count <= self.free:
            return 0
        return int(min(self.cap, self.first * 2 ** min((count - self.free - 1) / self.doubling, 40)))


PACES: dict[str, Pace] = {
    "person": Pace(free=5, first=SECOND, cap=5 * MINUTE, halved_every=6 * HOUR),
    "browser": Pace(free=10, first=SECOND, cap=MINUTE, halved_every=HOUR),
    "address": Pace(free=10, first=SECOND, cap=15 * MINUTE, halved_every=6 * HOUR),
    "company": Pace(free=100, first=100, cap=5 * SECOND, halved_every=10 * MINUTE, doubling=20),
    "code": Pace(free=5, first=10 * SECOND, cap=15 * MINUTE, halved_every=12 * HOUR),
    "passkey": Pace(free=20, first=SECOND, cap=MINUTE, halved_every=10 * MINUTE),
    "link": Pace(free=20, first=SECOND, cap=MINUTE, halved_every=10 * MINUTE),
}


@dataclass(frozen=True, slots=True)
class Count:
    """`guesses` of one key as of `at`, and the instant before which no further one is looked at."""

    kind: str
    key: str
    guesses: float
    at: Instant
    wait_until: Instant

    def now_at(self, now: Instant) -> float:
        return float(self.guesses * 0.5 ** (max(0, now - self.at) / PACES[self.kind].halved_every))


class Guesses:
    """The counts, in memory and bounded; `unsaved` and `load` carry them over a restart."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._counts: dict[str, OrderedDict[str, Count]] = {kind: OrderedDict() for kind in PACES}
        self._unsaved: set[Key] = set()

    def admit(self, keys: Sequence[Key], now: Instant) -> Milliseconds:
        """Count one try under each key and return 0, or count nothing and return how long to wait.

        The try is counted before it is looked at, so a hundred at once are a hundred; `forgive` takes back one that
        was right.
        """
        wait = max((self._wait(key, now) for key in keys), default=0)
        if wait:
            return wait
        for key in keys:
            self._add(key, now)
        return 0

    def forgive(self, keys: Sequence[Key], now: Instant) -> None:
        """Take back one try under each key, and the delay that it began."""
        for kind, key in keys:
            count = self._counts[kind].get(key)
            if count is not None:
                left = max(0.0, count.now_at(now) - 1)
                self._counts[kind][key] = Count(kind, key, left, now, now)
                self._unsaved.add((kind, key))

    def unsaved(self, at_most: int = 2_000) -> list[Count]:
        """What changed since the last call, at most so many; the rest comes with the next call."""
        some = list(self._unsaved)[:at_most]
        self._unsaved.difference_update(some)
        return [self._counts[kind][key] for kind, key in some if key in self._counts[kind]]

    def load(self, kept: Iterable[Count]) -> None:
        """Take over what an earlier process saved."""
        for count in kept:
            if count.kind in self._counts:
                self._put(count)

    def _wait(self, key: Key, now: Instant) -> Milliseconds:
        counts, cap = self._counts[key[0]], PACES[key[0]].cap
        count = counts.get(key[1])
        if count is None:
            return 0
        if count.wait_until - now > cap:  # the clock was set back; a delay still never exceeds its cap
            count = counts[key[1]] = replace(count, wait_until=now + cap)
        return max(0, count.wait_until - now)

    def _add(self, key: Key, now: Instant) -> None:
        before = self._counts[key[0]].get(key[1])
        guesses = (before.now_at(now) if before else 0.0) + 1
        self._put(Count(*key, guesses, now, now + PACES[key[0]].delay(guesses)))
        self._unsaved.add(key)

    def _put(self, count: Count) -> None:
        counts = self._counts[count.kind]
        counts[count.key] = count
        counts.move_to_end(count.key)
        if len(counts) > self._limit:
            counts.popitem(last=False)
