"""The detector that goes by rules: Sigma's rules over single events and its correlations over what these find."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from limen.clock import DAY, MINUTE, Instant
from limen.monitor.detections.alike import Alike, Finding, Key
from limen.monitor.detections.correlations import MOST_EVENTS, Correlations, Fired
from limen.monitor.detections.event_view import EventView, key_of
from limen.monitor.detections.health import FAILED, REFUSED, SLOW
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.rule import About, Rule
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import SENT_BY

MAX_SAID: Final = 200
"""Of a value that a sentence names, in characters."""
WHO: Final = "who"
"""What a sentence calls whom it concerns. Here it is said as the event has it; where people read it, by its name."""
_USUAL: Final = ("user", "target_user", "host", "src_ip", "app", "operation", "object", "process", "kind", "reason")
_NAMES: Final = re.compile(r"\{([A-Za-z0-9_.]{1,60})\}")
_MOST_NAMES: Final = 30
_LOOKED_AT: Final = 1_000
"""After so many events each it is looked at what rules cost."""
_LOG: Final = logging.getLogger(__name__)


class _Remembered(msgspec.Struct, array_like=True):
    correlations: bytes
    alike: list[tuple[Key, Finding]]


class SigmaDetector:
    """Rules in force, and what their correlations remember (`Detector`). What a rule finds within a second about the
    same is one finding that grows: it comes again with a greater `times`.
    """

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self._correlations = Correlations(rule_set.correlations)
        self._alike = Alike()
        self._silent = {name for one in rule_set.correlations if not one.is_shown for name in one.rules}
        self._said_on: dict[tuple[str, str], int] = {}
        self._fed = 0

    def feed(self, event: NormalEvent) -> list[Hit]:
        """What this event shows, alone or with those before it."""
        view = EventView(event)
        failed: list[tuple[Rule, Exception]] = []
        found = self.rule_set.found(view, failed)
        shown = (_of_rule(rule, view) for rule in found if rule.id not in self._silent)
        hits = [self._alike.counted(hit, event.received_at) for hit in shown]
        if found:
            fired = self._correlations.feed(view, [rule.id for rule in found])
            hits += [_of_correlation(one, view) for one in fired if one.correlation.id not in self._silent]
        if failed:
            hits += self._failures(event, failed)
        if not self._fed and self.rule_set.problems:
            hits.append(_refused(self.rule_set, event))
        self._fed += 1
        if self._fed % _LOOKED_AT == 0:
            hits += self._slow(event)
        return hits

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(_Remembered(self._correlations.snapshot(), self._alike.snapshot()))

    def restore(self, snapshot: bytes) -> None:
        remembered = msgspec.msgpack.decode(snapshot, type=_Remembered)
        self._correlations.restore(remembered.correlations)
        self._alike.restore(remembered.alike)

    @property
    def forgotten(self) -> int:
        """How many windows of correlations went because there was too much to remember."""
        return self._correlations.forgotten

    def _failures(self, event: NormalEvent, failed: Iterable[tuple[Rule, Exception]]) -> Iterator[Hit]:
        """A rule that errs is said, instead of being silent."""
        for rule, error in failed:
            if self._is_news(FAILED.id, rule, event):
                name = type(error).__name__
                _LOG.warning("rule %s (%s) failed: %s", rule.id, rule.about.file, name)
                yield _about_rule(FAILED, rule, event, {"error": name})

    def _slow(self, event: NormalEvent) -> Iterator[Hit]:
        for rule, microseconds in self.rule_set.slow():
            if self._is_news(SLOW.id, rule, event):
                _LOG.warning("rule %s (%s) costs %s us of an event", rule.id, rule.about.file, microseconds)
                yield _about_rule(SLOW, rule, event, {"microseconds": microseconds})

    def _is_news(self, what: str, rule: Rule, event: NormalEvent) -> bool:
        """Once a day it is."""
        day = event.received_at // DAY
        was = self._said_on.get((what, rule.id))
        self._said_on[what, rule.id] = day
        return was != day


def _of_rule(rule: Rule, view: EventView) -> Hit:
    event = view.event
    says = _says(rule.about, view, {"count": 1})
    device = event.fields.get(SENT_BY)
    hit = _hit(rule.about, view, (event.uid,), (event.source,), count=1, since=event.at, says=says)
    return msgspec.structs.replace(hit, devices=(device,)) if device else hit


def _of_correlation(fired: Fired, view: EventView) -> Hit:
    one = fired.correlation
    uids = tuple(dict.fromkeys(entry.uid for entry in fired.entries))
    since = fired.entries[0].at
    minutes = max(1, round((fired.entries[-1].at - since) / MINUTE))
    counted = {"count": fired.count, "events": len(uids), "minutes": minutes}
    says = _says(one.about, view, counted)
    sources = tuple(sorted({entry.source for entry in fired.entries}))
    devices = tuple(sorted({entry.device for entry in fired.entries if entry.device}))
    hit = _hit(one.about, view, uids[-MOST_EVENTS:], sources, count=len(uids), since=since, says=says)
    return msgspec.structs.replace(hit, devices=devices) if devices else hit


def _hit(
    about: About,
    view: EventView,
    uids: tuple[str, ...],
    sources: tuple[str, ...],
    *,
    count: int,
    since: Instant,
    says: dict[str, str | int],
) -> Hit:
    event = view.event
    return about.hit(
        _digest(about.id, event.uid),
        event.at,
        entity_of(event, about.entity),
        says,
        person_id=event.person_id,
        device_id=event.device_id,
        session=event.session,
        events=uids,
        count=count,
        since=since,
        sources=sources,
    )


def _about_rule(what: About, rule: Rule, event: NormalEvent, says: dict[str, str | int]) -> Hit:
    """What is to be said of a rule itself, with the event at which it showed; the same of a day is one."""
    said: dict[str, str | int] = {"rule": rule.about.title, "file": rule.about.file, **says}
    return _of_itself(what, f"rule:{rule.id}", event, said, str(event.received_at // DAY))


def _refused(rule_set: RuleSet, event: NormalEvent) -> Hit:
    """What can't be used is said once, until it is something else."""
    problems = rule_set.problems
    says: dict[str, str | int] = {"count": len(problems), "first": str(problems[0])[:MAX_SAID]}
    return _of_itself(REFUSED, "rule:refused", event, says, *map(str, problems))


def _of_itself(what: About, entity: str, event: NormalEvent, says: dict[str, str | int], *same: str) -> Hit:
    at = event.received_at
    return what.hit(_digest(what.id, entity, *same), at, entity, says, events=(event.uid,), since=at)


def entity_of(event: NormalEvent, wanted: str) -> str:
    """Whom a finding concerns: what the rule wants, where the event says it; else who of it is known best."""
    known = {
        "person": event.person_id,
        "session": event.session,
        "device": event.device_id,
        "user": event.user or event.target_user,
        "host": event.host,
        "address": event.src_ip or event.dst_ip,
    }
    instead = {"person": "user", "device": "host"}
    order = (wanted, instead.get(wanted, ""), "person", "device", "user", "host", "address", "session")
    kind = next((kind for kind in order if known.get(kind)), "")
    return f"{kind}:{known[kind][:MAX_SAID]}" if kind else f"source:{event.source}"


def _says(about: About, view: EventView, counted: dict[str, int]) -> dict[str, str | int]:
    """What the rule's sentences name, and what is usually wanted."""
    asked = {
        name
        for text in (about.sentence, about.sentence_de, about.next_step, about.next_step_de)
        for name in _NAMES.findall(text)
    }
    says: dict[str, str | int] = {}
    if WHO in asked:
        says[WHO] = entity_of(view.event, about.entity).partition(":")[2]
        asked.discard(WHO)
    for name in (*_USUAL, *sorted(asked - set(_USUAL))[:_MOST_NAMES]):
        value = view.exact(key_of(name))
        if value is not None:
            says[name] = (value if isinstance(value, str) else ", ".join(value))[:MAX_SAID]
        elif name in asked:
            says[name] = ""
    if about.author:
        says["author"] = about.author[:MAX_SAID]  # who wrote it is named: licences of rules want it
    return {**says, **counted}


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
