"""How long events are kept, and in how much of the disk: which sealed segments are to go, or to go in part. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Instant
from limen.storage.event_store.sealed_list import SealedEvents

DAYS: Final = 90
UNNAMED: Final = ""
"""Instead of sources where a segment names none."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Events are kept for `days` after they came, those of a source in `days_of` for as long as it says.

    `budget_bytes`: how much of the disk they may take, 0 for any. Beyond it the source that takes the most loses its
    oldest first, until it takes no more than the next: none pushes out what others said.
    """

    days: int = DAYS
    days_of: Mapping[str, int] = field(default_factory=dict)
    budget_bytes: int = 0

    def ends_at(self, source: str, received_at: Instant) -> Instant:
        """Until when an event of this source is kept."""
        return received_at + self.days_of.get(source, self.days) * DAY

    @property
    def longest(self) -> int:
        """Days after which nothing is left of any source."""
        return max(self.days, *self.days_of.values(), 0)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to go: whole segments, from the oldest on; and the sources that leave others. `pushed_out`: those that
    leave a segment, by its number, though their time is not over.
    """

    whole: tuple[SealedEvents, ...] = ()
    parts: tuple[tuple[SealedEvents, tuple[str, ...]], ...] = ()
    pushed_out: Mapping[int, AbstractSet[str]] = field(default_factory=dict)


def due(segments: Sequence[SealedEvents], open_bytes: int, keeping: Keeping, now: Instant) -> Due:
    """What is to be deleted of these sealed segments, beside `open_bytes` that are not sealed yet."""
    by_age = 0
    while by_age < len(segments) and _is_past(segments[by_age], keeping, now):
        by_age += 1
    past = {segment.ordinal: set(_past_sources(segment, keeping, now)) for segment in segments[by_age:]}
    pushed = _pushed_out(segments[by_age:], open_bytes, keeping.budget_bytes, past)
    gone = {ordinal: sources | pushed.get(ordinal, set()) for ordinal, sources in past.items()}
    whole = by_age
    while whole < len(segments) and segments[whole].ordinal in pushed and _is_all(segments[whole], gone):
        whole += 1
    parts = [(one, tuple(sorted(gone[one.ordinal] & one.sources.keys()))) for one in segments[whole:]]
    return Due(tuple(segments[:whole]), tuple((one, leave) for one, leave in parts if leave), pushed)


def _pushed_out(
    segments: Sequence[SealedEvents], open_bytes: int, budget_bytes: int, past: Mapping[int, AbstractSet[str]]
) -> dict[int, set[str]]:
    """Of each segment the sources that leave it for the budget. Where one names none, all go whole, oldest first."""
    pushed: dict[int, set[str]] = defaultdict(set)
    held: dict[str, deque[tuple[int, int]]] = defaultdict(deque)
    takes: Counter[str] = Counter()
    are_named = all(segment.sources for segment in segments if segment.rows)
    for segment in segments:
        for source, size in (segment.sizes() if are_named else {UNNAMED: segment.size}).items():
            if source not in past[segment.ordinal]:
                held[source].append((segment.ordinal, size))
                takes[source] += size
    taken = open_bytes + takes.total()
    while budget_bytes and taken > budget_bytes and takes:
        loudest = max(takes, key=lambda source: (takes[source], source))
        ordinal, size = held[loudest].popleft()
        pushed[ordinal].add(loudest)
        taken -= size
        takes[loudest] -= size
        if not held[loudest]:
            del takes[loudest]
    return dict(pushed)


def _is_all(segment: SealedEvents, gone: Mapping[int, AbstractSet[str]]) -> bool:
    """Whether nothing of it is left."""
    leave = gone[segment.ordinal]
    return UNNAMED in leave or segment.sources.keys() <= leave


def _is_past(segment: SealedEvents, keeping: Keeping, now: Instant) -> bool:
    """Whether nothing in it is kept any more. Where its sources are not named, the longest time counts."""
    if not segment.sources:
        return segment.ends_at + keeping.longest * DAY < now
    return all(keeping.ends_at(source, segment.ends_at) < now for source in segment.sources)


def _past_sources(segment: SealedEvents, keeping: Keeping, now: Instant) -> tuple[str, ...]:
    return tuple(source for source in segment.sources if keeping.ends_at(source, segment.ends_at) < now)
