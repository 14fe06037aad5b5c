"""What rules would have found in what is kept: looked at before they are in force."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from limen.clock import SECOND, Instant
from limen.configuration.problem import shown
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.reading import again, read
from limen.monitor.process.journal_tail import JournalTail, Place
from limen.monitor.stored import COLUMNS
from limen.pillar import Past
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.following import follow_from
from limen.storage.journal.reader import writer_folders

MOST_SHOWN: Final = 5
MOST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """How often a rule would have found something, and the newest of it."""

    title: str
    count: int
    newest: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What each rule would have found, by its id. `is_whole` False: there was more than could be looked at in time."""

    found: dict[str, Found]
    events: int
    is_whole: bool


def replay(rules: RuleSet, wanted: AbstractSet[str], events: Iterable[NormalEvent]) -> Replay:
    """What those of `rules` that are `wanted` (ids) find in these events, each with those that it counts."""
    by_id = {one.id: one for one in rules.correlations}
    needed, waiting = set[str](), list(wanted)
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed.add(one)
            waiting += by_id[one].rules if one in by_id else ()
    detector = SigmaDetector(
        RuleSet(
            tuple(rule for rule in rules.rules if rule.id in needed),
            tuple(one for one in rules.correlations if one.id in needed),
        )
    )
    hits: dict[str, list[Hit]] = {}
    counts: dict[str, int] = {}
    seen, ends_at = 0, time.monotonic() + MOST_SECONDS
    for event in events:
        if time.monotonic() > ends_at:
            return Replay(_found(rules, wanted, hits, counts), seen, is_whole=False)
        seen += 1
        for hit in detector.feed(event):
            if hit.rule in wanted:
                counts[hit.rule] = counts.get(hit.rule, 0) + 1
                newest = hits.setdefault(hit.rule, [])
                newest.append(hit)
                del newest[:-MOST_SHOWN]
    return Replay(_found(rules, wanted, hits, counts), seen, is_whole=True)


def _found(
    rules: RuleSet, wanted: AbstractSet[str], hits: dict[str, list[Hit]], counts: dict[str, int]
) -> dict[str, Found]:
    return {
        rule.id: Found(rule.about.title, counts.get(rule.id, 0), tuple(hits.get(rule.id, ())))
        for rule in rules.everything
        if rule.id in wanted
    }


def sentences(found: Replay) -> Iterator[str]:
    """The same for people to read."""
    for one in found.found.values():
        if not one.count:
            yield f"Detection {shown(one.title)} would have found nothing in {found.events} events"
            continue
        times = "once" if one.count == 1 else f"{one.count} times"
        yield f"Detection {shown(one.title)} would have found something {times} in {found.events} events; the newest:"
        for hit in reversed(one.newest):
            yield f"  {_time(hit.at)} {shown(hit.entity)}"
    if not found.is_whole:
        yield f"Only {found.events} events were looked at: it took too long"


def _time(at: Instant) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")


def past_events(past: Past) -> Iterator[NormalEvent]:
    """What is kept of that time, as it is read today: the events of the store, then those of Limen's own journal."""
    decoder = msgspec.json.Decoder(NormalEvent)
    if past.events.is_dir():
        for _, line in follow_from(past.events, Columns.of(COLUMNS)):
            event = again(decoder.decode(line))
            if past.since <= event.at <= past.until:
                yield event
    tail = JournalTail(past.journal, {folder.name: Place() for folder in writer_folders(past.journal)})
    while bodies := tail.read():
        for body in bodies:
            for event in read(Frame(source=LIMEN, kind=LIMEN, received_at=past.until, data=body)):
                if past.since <= event.at <= past.until:
                    yield event
