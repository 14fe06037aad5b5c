"""How long events are kept, and in how much of the disk: which sealed segments are to go, or to go in part. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Instant
from limen.storage.event_store.sealed_list import SealedEvents

DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Keeping:
    """Events are kept for `days` after they came, those of a source in `days_of` for as long as it says.

    `budget_bytes`: how much of the disk they may take, 0 for any; beyond it the oldest go first.
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
    """What is to go: whole segments, from the oldest on; and the sources that leave others. `over_budget`: of the whole
    ones, how many go though their time is not over.
    """

    whole: tuple[SealedEvents, ...] = ()
    over_budget: int = 0
    parts: tuple[tuple[SealedEvents, tuple[str, ...]], ...] = ()


def due(segments: Sequence[SealedEvents], open_bytes: int, keeping: Keeping, now: Instant) -> Due:
    """What is to be deleted of these sealed segments, beside `open_bytes` that are not sealed yet."""
    by_age = 0
    while by_age < len(segments) and _is_past(segments[by_age], keeping, now):
        by_age += 1
    taken = open_bytes + sum(segment.size for segment in segments[by_age:])
    whole = by_age
    while keeping.budget_bytes and taken > keeping.budget_bytes and whole < len(segments):
        taken -= segments[whole].size
        whole += 1
    parts = [(segment, _past_sources(segment, keeping, now)) for segment in segments[whole:]]
    return Due(tuple(segments[:whole]), whole - by_age, tuple((one, gone) for one, gone in parts if gone))


def _is_past(segment: SealedEvents, keeping: Keeping, now: Instant) -> bool:
    """Whether nothing in it is kept any more. Where its sources are not named, the longest time counts."""
    if not segment.sources:
        return segment.ends_at + keeping.longest * DAY < now
    return all(keeping.ends_at(source, segment.ends_at) < now for source in segment.sources)


def _past_sources(segment: SealedEvents, keeping: Keeping, now: Instant) -> tuple[str, ...]:
    return tuple(source for source in segment.sources if keeping.ends_at(source, segment.ends_at) < now)
