"""What rules would have found in what is kept: looked at before they are in force."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import msgspec

from limen.configuration.problem import shown
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.rule import Rule
from limen.monitor.detections.rule_set import RuleSet, applies
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import CANARY, LIMEN, Frame
from limen.monitor.normal_form.reading import again, read
from limen.monitor.process.journal_tail import JournalTail, Place
from limen.monitor.stored import COLUMNS
from limen.pillar import Foreseen, Past
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.following import follow_from
from limen.storage.journal.reader import writer_folders

MOST_SHOWN: Final = 5
MOST_SECONDS: Final = 60.0
PAUSE_EACH: Final = 500
"""Events between two looks at whether anybody still waits, and at what else there is to do."""
MOST_NAMED: Final = 5
Origin = tuple[str, str, str, str]
"""Product, category and service of an event, and the source in `monitor.yaml` that it came from."""


@dataclass(frozen=True, slots=True)
class Found:
    """How often a rule would have found something, and the newest of it. `looked_at`: how many events were of its log
    source; `asked` is that, in words.
    """

    title: str
    count: int
    newest: tuple[Hit, ...]
    looked_at: int = 0
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What each rule would have found, by its id, and where the events came from, by number. `is_whole` False: there
    was more than could be looked at in time.
    """

    found: dict[str, Found]
    events: int
    is_whole: bool
    origins: Counter[Origin]


def replay(
    rules: RuleSet,
    wanted: AbstractSet[str],
    events: Iterable[NormalEvent],
    seconds: float = MOST_SECONDS,
    go_on: Callable[[], object] = lambda: None,
) -> Replay:
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
    origins: Counter[Origin] = Counter()
    is_whole, ends_at = True, time.monotonic() + seconds
    for number, event in enumerate(events):
        if time.monotonic() > ends_at:
            is_whole = False
            break
        if number % PAUSE_EACH == 0:
            go_on()
        origins[event.product.lower(), event.category.lower(), event.service.lower(), event.source] += 1
        for hit in detector.feed(event):
            if hit.rule in wanted:
                counts[hit.rule] = counts.get(hit.rule, 0) + 1
                newest = hits.setdefault(hit.rule, [])
                if newest and newest[-1].id == hit.id:  # the same, which has grown
                    newest.pop()
                newest.append(hit)
                del newest[:-MOST_SHOWN]
    found = {}
    for rule in rules.everything:
        if rule.id in wanted:
            of, last = _rules_of(rule.id, rules), tuple(hits.get(rule.id, ()))
            looked_at = sum(count for origin, count in origins.items() if any(_is_of(origin, one) for one in of))
            asked = ", ".join(dict.fromkeys(_in_words(one) for one in of))
            found[rule.id] = Found(rule.about.title, counts.get(rule.id, 0), last, looked_at, asked)
    return Replay(found, origins.total(), is_whole, origins)


def _rules_of(rule_id: str, rules: RuleSet) -> list[Rule]:
    """The rules over single events on which one rests; itself where it is one."""
    by_id = {one.id: one for one in rules.everything}
    found, waiting, seen = [], [rule_id], set[str]()
    while waiting:
        one = by_id.get(waiting.pop())
        if one is None or one.id in seen:
            continue
        seen.add(one.id)
        if isinstance(one, Rule):
            found.append(one)
        else:
            waiting += one.rules
    return found


def _is_of(origin: Origin, rule: Rule) -> bool:
    is_named = not rule.source or rule.source.lower() == origin[3].lower()
    return is_named and applies((rule.product, rule.category, rule.service), origin[:3])


def _in_words(rule: Rule) -> str:
    names = ("product", "category", "service", "source")
    return " ".join(f"{name} {shown(value)}" for name in names if (value := getattr(rule, name))) or "anything"


def foreseen(found: Replay) -> Iterator[Foreseen]:
    """The same for people to read."""
    for one in found.found.values():
        title = shown(one.title)
        if one.count:
            times = "once" if one.count == 1 else f"{one.count} times"
            newest = tuple((hit.at, shown(hit.entity), (hit.events or ("",))[-1]) for hit in reversed(one.newest))
            yield Foreseen(f"Detection {title} would have found something {times} in {found.events} events", newest)
        elif one.looked_at or not found.events:
            yield Foreseen(f"Detection {title} would have found nothing in {found.events} events")
        else:
            there = ", ".join(_where(found.origins)) or "none"
            yield Foreseen(
                f"Detection {title} looks at no event: of {found.events} none comes from its log source ({one.asked}). "
                f"There are: {there}"
            )
    if not found.is_whole:
        yield Foreseen(f"Only the oldest {found.events} events were looked at: it took too long")


def _where(origins: Counter[Origin]) -> Iterator[str]:
    """What a rule may name as its log source, the most frequent first."""
    named: Counter[str] = Counter()
    for (product, category, _service, source), count in origins.items():
        named[f"product {shown(product)}" if product else f"source {shown(source)}" if source else category] += count
    yield from (name for name, _ in named.most_common(MOST_NAMED))


def past_events(past: Past) -> Iterator[NormalEvent]:
    """What is kept of that time, as it is read today: the events of the store, then those of Limen's own journal."""
    decoder = msgspec.json.Decoder(NormalEvent)
    if past.events.is_dir():
        for _, line in follow_from(past.events, Columns.of(COLUMNS)):
            event = again(decoder.decode(line))
            if past.since <= event.at <= past.until and event.source != CANARY:
                yield event
    tail = JournalTail(past.journal, {folder.name: Place() for folder in writer_folders(past.journal)})
    while bodies := tail.read():
        for body in bodies:
            for event in read(Frame(source=LIMEN, kind=LIMEN, received_at=past.until, data=body)):
                if past.since <= event.at <= past.until:
                    yield event
