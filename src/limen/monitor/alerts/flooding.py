"""How many findings of a kind are kept: a flood of them must fill no disk, and hide none about somebody else."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final

from limen.clock import HOUR, Instant
from limen.monitor.detections.hit import Hit

OF_SOMEBODY: int = 200
"""Of one rule, at one level, about one person and device, within an hour: of these 20 a day count as risk."""
OF_NOBODY: int = 20_000
"""The same about whoever is no person and no device of the company's."""
MOST_REMEMBERED: Final = 10_000
"""Of what is not kept, so many ids, to know what grows from what is new."""


class Flooding:
    """Counts by the hour, in memory: after a start it begins anew. What is not kept is counted in its alert all the
    same, and its events are in the store. `times_of`: findings that were not kept, and for how many each stands.
    """

    def __init__(self) -> None:
        self._hour = -1
        self._counts: Counter[tuple[str, str, str, str, bool]] = Counter()
        self.times_of: OrderedDict[str, int] = OrderedDict()

    def admits(self, hit: Hit, now: Instant, *, is_proven: bool) -> bool:
        """Whether this finding is kept by itself. What nobody proves takes no room from what is proven."""
        if now // HOUR != self._hour:
            self._hour = now // HOUR
            self._counts.clear()
        key = (hit.rule, hit.level.value, hit.person_id, hit.device_id, is_proven)
        self._counts[key] += 1
        return self._counts[key] <= (OF_SOMEBODY if hit.person_id or hit.device_id else OF_NOBODY)

    def remember(self, times: Mapping[str, int]) -> None:
        """These were not kept by themselves, and are committed."""
        self.times_of.update(times)
        while len(self.times_of) > MOST_REMEMBERED:
            self.times_of.popitem(last=False)
