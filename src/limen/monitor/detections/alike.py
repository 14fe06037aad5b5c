"""What one rule finds about the same within a second, as one finding that says how often.

A flood of lines that all meet a rule would else be a finding for each, and whoever commits them would look at nothing
but these. The first is found at once; each further one is the same finding with a greater `times`, so that whoever
takes them in needs the newest only, and comes to the same number however often they come.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.monitor.detections.hit import Hit

KEPT_FOR: Final[Milliseconds] = MINUTE
"""So long a finding may grow: it is remembered no longer than that after it did, by the time at which events come."""
MOST_FINDINGS: Final = 2_000
"""So many may grow at once. Where one is forgotten, what comes next of it is a finding of its own: nothing is lost."""
MOST_EVENTS: Final = 100

Key = tuple[str, ...]


class Finding(msgspec.Struct, array_like=True):
    """One finding so far: its id, since when, how often, in which events, the newest last; and when it last grew."""

    id: str
    since: Instant
    times: int
    events: list[str]
    grew_at: Instant


class Alike:
    """The findings that may grow. A second is one of coming (`received_at`), which no sender can choose."""

    def __init__(self) -> None:
        self._findings: OrderedDict[Key, Finding] = OrderedDict()
        self._latest: Instant = 0

    def counted(self, hit: Hit, received_at: Instant) -> Hit:
        """A finding in a single event, with those that are alike."""
        self._latest = max(self._latest, received_at)
        key = _key(hit, received_at)
        one = self._findings.get(key)
        if one is None:
            self._findings[key] = Finding(hit.id, hit.since, 1, list(hit.events), self._latest)
            self._bound()
            return hit
        self._findings.move_to_end(key)
        new = [uid for uid in hit.events if uid not in one.events]  # what was sent twice is counted once
        one.times += bool(new)
        one.since = min(one.since, hit.since)
        one.events = [*one.events, *new][-MOST_EVENTS:]
        one.grew_at = self._latest
        says = {**hit.says, "count": one.times}
        return msgspec.structs.replace(
            hit, id=one.id, times=one.times, count=one.times, since=one.since, events=tuple(one.events), says=says
        )

    def snapshot(self) -> list[tuple[Key, Finding]]:
        return list(self._findings.items())

    def restore(self, findings: list[tuple[Key, Finding]]) -> None:
        self._findings = OrderedDict(findings)
        self._latest = max((one.grew_at for one in self._findings.values()), default=0)

    def _bound(self) -> None:
        """That which has not grown for longest goes first."""
        while self._findings:
            oldest = next(iter(self._findings.values()))
            if len(self._findings) <= MOST_FINDINGS and oldest.grew_at >= self._latest - KEPT_FOR:
                return
            self._findings.popitem(last=False)


def _key(hit: Hit, received_at: Instant) -> Key:
    """What must be the same, so that what is said of a finding, and what it proves, is so of all that it stands for."""
    whom = (hit.person_id, hit.device_id, hit.session)
    return (hit.rule, hit.entity, *whom, *hit.sources, "", *hit.devices, str(received_at // SECOND))
