"""What the journal knows of access: who used what in the last 90 days, and who put whom into a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.policy.decision import Effect
from limen.storage.journal import Reader
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.search import EventQuery, search

WINDOW: Final[Milliseconds] = 90 * DAY
_JOINED: Final = ("person.changed", "person.invited")
_PORTION: Final = 500
_MOST_PORTIONS: Final = 200
_PATIENCE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Used:
    """So many requests were permitted, the last one then."""

    count: int
    last: Instant


@dataclass(frozen=True, slots=True)
class Past:
    """`used` is by person, app and action; `joined` by person and group: who put them into it last, and when."""

    used: Mapping[tuple[str, str, str], Used]
    joined: Mapping[tuple[str, str], tuple[str, Instant]]


NOTHING_KNOWN: Final = Past({}, {})


def past_of(reader: Reader, now: Instant) -> Past:
    """Reads the disk, once for everybody: call it from a worker thread."""
    return Past(_used(reader, now - WINDOW), _joined(reader))


def _used(reader: Reader, since: Instant) -> dict[tuple[str, str, str], Used]:
    counts: dict[tuple[str, str, str], list[int]] = {}
    for one in past_decisions(reader, since, with_facts=False):
        if one.effect != Effect.PERMIT or not one.actor:
            continue
        kept = counts.setdefault((one.actor, one.app, one.request.action), [0, 0])
        kept[0] += one.count
        kept[1] = max(kept[1], one.now)
    return {key: Used(count, last) for key, (count, last) in counts.items()}


def _joined(reader: Reader) -> dict[tuple[str, str], tuple[str, Instant]]:
    """The newest first, so that the first that is found of somebody and a group counts."""
    found: dict[tuple[str, str], tuple[str, Instant]] = {}
    before = ""
    for _ in range(_MOST_PORTIONS):
        page = search(reader, EventQuery(kinds=_JOINED, before=before), _PORTION, _PATIENCE_SECONDS)
        for event in page.events:
            for group in str(event.details.get("joined", "")).split(", "):
                if group:
                    found.setdefault((event.subject, group), (event.actor, event.at))
        before = page.before
        if not before:
            break
    return found
