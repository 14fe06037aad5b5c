"""Beacons: a machine that connects to one address again and again, at nearly equal intervals. Pure.

Malware that waits for orders does, however long it sleeps; people don't, and their programs mostly hold a connection or
vary. The median absolute deviation says how equal intervals are, and neither a pause nor a few strays bend it. It is
taken of 24 connections at a time, so that a beacon every ten seconds takes no more memory than one every hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, SECOND, Instant, Milliseconds

AT_A_TIME: Final = 23
"""Intervals of which it is asked whether they are equal: of 24 connections."""
LEAST_SPAN: Final[Milliseconds] = 2 * HOUR
SHORTEST: Final[Milliseconds] = 10 * SECOND
LONGEST: Final[Milliseconds] = 2 * HOUR
"""Between connections; what is longer is a pause, as of a laptop that sleeps."""
TOGETHER: Final[Milliseconds] = 2 * SECOND
"""Connections so close are one: a browser opens several, and two logs tell of the same."""
MOST_DEVIATION: Final = 0.1
ALIKE: Final = 0.25
"""By how much medians of one beacon differ at most."""
MANY: Final = 5
"""Machines that connect to the same address: then it is updates, the time, or monitoring."""
MOST_MACHINES: Final = 1_000
"""Those that connected to no address often go first, and those that are silent for a day: else who takes a thousand
addresses of a zone once has their own beacon forgotten.
"""
MOST_OF_ONE: Final = 256
"""Addresses of one machine. Those with the fewest connections go first, so that browsing hides no beacon."""
AT_ONCE: Final = 4
"""A fourth goes at once, so that looking for what may go costs each new address little."""
MOST_SHARED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Beacon:
    """`every`: the milliseconds between connections, of which there were `count`; `since`: from when on."""

    every: Milliseconds
    count: int
    since: Instant


class _Pair(msgspec.Struct, array_like=True):
    """A machine and an address outside. `since`: from when on intervals were equal; `missed`: how many times in a row
    they were not. `port_from`: of the machine, which is the same while a connection lasts.
    """

    last_at: Instant
    port_from: int = 0
    intervals: list[int] = []
    since: Instant = 0
    every: float = 0
    count: int = 0
    missed: int = 0
    told_at: Instant = 0
    begun_at: Instant = 0


class _Memory(msgspec.Struct):
    """Pairs by machine and by what tells of them and where they lead; who leads to each address."""

    machines: dict[str, dict[str, _Pair]] = {}
    shared: dict[str, list[str]] = {}


class Beacons:
    """It is told of each connection once, in the order in which they came. What it remembers is bounded."""

    def __init__(self) -> None:
        self._memory = _Memory()
        self._often: dict[str, tuple[int, Instant]] = {}

    def connected(self, source: str, to: str, at: Instant, *, port_from: int = 0, by: str = "") -> Beacon | None:
        """What this connection shows, once a day. `to`: an address with its port; `by`: who tells of it, since two
        that tell of the same differ in when; `port_from`: the machine's own port, 0 where it is not known.
        """
        is_common = self._is_common(source, to)
        pair = self._pair(source, f"{to} {by}", at, port_from)
        if not _is_beacon(pair, at, port_from) or is_common or 0 <= at - pair.told_at < DAY:
            return None
        pair.told_at = at
        return Beacon(round(pair.every), pair.count, pair.since)

    def snapshot(self) -> bytes:
        """What it remembers."""
        return msgspec.msgpack.encode(self._memory)

    def restore(self, snapshot: bytes) -> None:
        """Remember that. Raises ValueError where the snapshot is damaged; nothing is changed."""
        try:
            self._memory = msgspec.msgpack.decode(snapshot, type=_Memory)
        except msgspec.MsgspecError:
            raise ValueError("the snapshot can't be read") from None
        self._often = {
            source: max((pair.count, pair.last_at) for pair in pairs.values())
            for source, pairs in self._memory.machines.items()
            if pairs
        }

    # Inside

    def _is_common(self, source: str, to: str) -> bool:
        """Whether many machines connect to it. Who was connected to longest ago is forgotten first."""
        shared = self._memory.shared
        sources = shared.pop(to, [])
        while len(shared) >= MOST_SHARED:
            del shared[next(iter(shared))]
        if len(sources) < MANY and source not in sources:
            sources = [*sources, source]
        shared[to] = sources
        return len(sources) >= MANY

    def _pair(self, source: str, to: str, at: Instant, port_from: int) -> _Pair:
        machines = self._memory.machines
        pairs = machines.pop(source, {})
        if len(machines) >= MOST_MACHINES:
            self._forget_machines(at)
        machines[source] = pairs
        if to not in pairs:
            if len(pairs) >= MOST_OF_ONE:
                least = sorted(pairs, key=lambda one: (pairs[one].count, pairs[one].last_at))
                for one in least[: MOST_OF_ONE // AT_ONCE]:
                    del pairs[one]
            pairs[to] = _Pair(at, port_from, begun_at=at, count=1)
        self._often[source] = max(pairs[to].count, self._often.get(source, (0, at))[0]), at
        return pairs[to]

    def _forget_machines(self, now: Instant) -> None:
        """Who connected longest ago goes first among those alike."""

        def worth(source: str) -> int:
            often, last_at = self._often.get(source, (0, 0))
            return often if now - last_at < DAY else 0

        for source in sorted(self._memory.machines, key=worth)[: MOST_MACHINES // AT_ONCE]:
            del self._memory.machines[source]
            self._often.pop(source, None)


def are_equal(intervals: Sequence[float]) -> bool:
    """Whether their median absolute deviation is small beside their median, which is neither too short nor too long."""
    middle = median(intervals)
    if not SHORTEST <= middle <= LONGEST:
        return False
    return median([abs(one - middle) for one in intervals]) < MOST_DEVIATION * middle


def _is_beacon(pair: _Pair, at: Instant, port_from: int) -> bool:
    """Take note of a connection; whether it makes the pair a beacon. What comes late, or again, is not counted."""
    apart = at - pair.last_at
    if apart < TOGETHER or (port_from and port_from == pair.port_from):
        return False
    pair.last_at, pair.port_from = at, port_from
    pair.count += 1
    if apart > LONGEST * (1 + MOST_DEVIATION):
        return False
    pair.intervals.append(apart)
    if len(pair.intervals) < AT_A_TIME:
        return False
    intervals, pair.intervals = pair.intervals, []
    begun_at, pair.begun_at = pair.begun_at, at
    every = median(intervals)
    if not are_equal(intervals) or (pair.since and abs(every - pair.every) > ALIKE * pair.every):
        pair.missed += 1
        if pair.missed > 1:
            pair.since = 0
        return False
    pair.missed = 0
    if not pair.since:
        pair.since, pair.every = begun_at, every
    return at - pair.since >= LEAST_SPAN
