"""How fast anyone may guess: per person, per address and company-wide, each with growing, bounded delays.

Nobody is locked out by a stranger. A delay never exceeds its cap; passkeys are not slowed by what is guessed about a
person; and a browser in which the person has signed in before has a count of its own, which only itself can raise.
A try inside a delay is refused unread, so it costs nothing and tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.storage.kept_briefly import KeptBriefly, Rows, Shelf

LIMIT = 20_000
"""Counts kept of each kind; beyond it the one untouched for longest is forgotten."""
KEPT_MS: Milliseconds = 7 * DAY

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

    guesses: float
    at: Instant
    wait_until: Instant

    def now_at(self, now: Instant, pace: Pace) -> float:
        return float(self.guesses * 0.5 ** (max(0, now - self.at) / pace.halved_every))


class Guesses:
    """The counts, which all workers share: whoever guesses at several of them at once is counted once for each."""

    def __init__(self, kept: KeptBriefly, limit: int = LIMIT) -> None:
        self._kept = kept
        self._limit = limit

    async def admit(self, keys: Sequence[Key]) -> Milliseconds:
        """Count one try under each key and return 0, or count nothing and return how long to wait.

        The try is counted before it is looked at, so a hundred at once are a hundred; `forgive` takes back one that
        was right. Raises StorageError where nobody can count.
        """

        def work(rows: Rows) -> Milliseconds:
            counts = self._held(rows, keys)
            wait = max((_wait(key[0], count, rows.now) for key, count in counts.items()), default=0)
            if not wait:
                for key, count in counts.items():
                    self._put(rows, key, _one_more(key[0], count, rows.now))
            return wait

        return await self._kept.do(work)

    async def forgive(self, keys: Sequence[Key]) -> None:
        """Take back one try under each key, and the delay that it began. Raises StorageError."""

        def work(rows: Rows) -> None:
            for key, count in self._held(rows, keys).items():
                if count is not None:
                    left = max(0.0, count.now_at(rows.now, PACES[key[0]]) - 1)
                    self._put(rows, key, Count(left, rows.now, rows.now))

        await self._kept.do(work)

    # Inside

    def _held(self, rows: Rows, keys: Sequence[Key]) -> dict[Key, Count | None]:
        """What was counted under each of these, which nobody else counts until this transaction ends."""
        counts: dict[Key, Count | None] = {}
        for key in sorted(keys):
            rows.hold(self._shelf(key), key[1])
            kept = rows.look(self._shelf(key), key[1])
            counts[key] = None if kept is None else msgspec.msgpack.decode(kept.data, type=Count)
        return counts

    def _put(self, rows: Rows, key: Key, count: Count) -> None:
        rows.put(self._shelf(key), key[1], msgspec.msgpack.encode(count), rows.now + KEPT_MS)

    def _shelf(self, key: Key) -> Shelf:
        return Shelf(f"guesses: {key[0]}", self._limit)


def _wait(kind: str, count: Count | None, now: Instant) -> Milliseconds:
    """How long until the next one is looked at: never longer than the cap, also where the clock was set back."""
    return 0 if count is None else min(PACES[kind].cap, max(0, count.wait_until - now))


def _one_more(kind: str, before: Count | None, now: Instant) -> Count:
    guesses = (before.now_at(now, PACES[kind]) if before else 0.0) + 1
    return Count(guesses, now, now + PACES[kind].delay(guesses))
