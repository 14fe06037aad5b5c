"""From a number on a page to the events behind it: the search that shows what findings rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from limen.clock import HOUR
from limen.monitor.detections.hit import Hit

SEARCH: Final = "/console/search"
MOST: Final = 40
"""So many events fit into one search; of more, the newest are shown."""
AROUND: Final = HOUR
"""A source's clock and ours differ; so much more time is looked through before and after."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many events something rests on, and where they are shown: `shown` of them, the newest."""

    count: int
    shown: int
    href: str


def evidence_of(hits: Iterable[Hit]) -> Evidence | None:
    """The events of these findings. None where they rest on none (a silent source)."""
    several = sorted(hits, key=lambda one: one.at)
    events = list(dict.fromkeys(uid for one in several for uid in one.events))
    if not events:
        return None
    newest = events[-MOST:]
    begin = min(one.since or one.at for one in several) - AROUND
    said = {
        "q": " OR ".join(f'uid:"{uid}"' for uid in newest),
        "since": str(begin),
        "until": str(max(one.at for one in several) + AROUND),
    }
    count = max(len(events), sum(one.count for one in several) if len(several) == 1 else 0)
    return Evidence(count, len(newest), f"{SEARCH}?{urlencode(said)}")
