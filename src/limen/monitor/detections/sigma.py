"""The detector that goes by rules: Sigma's rules over single events and its correlations over what these find."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from typing import Final

from limen.clock import DAY, MINUTE, Instant
from limen.monitor.detections.correlations import MOST_EVENTS, Correlations, Fired
from limen.monitor.detections.event_view import EventView, key_of
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.rule import About, Rule
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.normal_form.event import NormalEvent

FAILED: Final = "rule-failed"
"""The rule of the hit that says that a rule could not be looked at."""
MAX_SAID: Final = 200
"""Of a value that a sentence names, in characters."""
WHO: Final = "who"
"""What a sentence calls whom it concerns. Here it is said as the event has it; where people read it, by its name."""
_USUAL: Final = ("user", "target_user", "host", "src_ip", "app", "operation", "object", "process", "kind", "reason")
_NAMES: Final = re.compile(r"\{(\w+)\}")
_LOG: Final = logging.getLogger(__name__)


class SigmaDetector:
    """Rules in force, and what their correlations remember (`Detector`)."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self._correlations = Correlations(rule_set.correlations)
        self._silent = {name for one in rule_set.correlations if not one.is_shown for name in one.rules}
        self._failed_on: dict[str, int] = {}

    def feed(self, event: NormalEvent) -> list[Hit]:
        """What this event shows, alone or with those before it."""
        view = EventView(event)
        failed: list[tuple[Rule, Exception]] = []
        found = self.rule_set.found(view, failed)
        hits = [_of_rule(rule, view) for rule in found if rule.id not in self._silent]
        if found:
            fired = self._correlations.feed(view, [rule.id for rule in found])
            hits += [_of_correlation(one, view) for one in fired if one.correlation.id not in self._silent]
        if failed:
            hits += self._failures(event, failed)
        return hits

    def snapshot(self) -> bytes:
        return self._correlations.snapshot()

    def restore(self, snapshot: bytes) -> None:
        self._correlations.restore(snapshot)

    def _failures(self, event: NormalEvent, failed: Iterable[tuple[Rule, Exception]]) -> list[Hit]:
        """A rule that errs is said once a day, instead of being silent."""
        hits, day = [], event.received_at // DAY
        for rule, error in failed:
            if self._failed_on.get(rule.id) == day:
                continue
            self._failed_on[rule.id] = day
            _LOG.warning("rule %s (%s) failed: %s", rule.id, rule.about.file, type(error).__name__)
            hits.append(
                Hit(
                    id=_digest(FAILED, rule.id, str(day)),
                    rule=FAILED,
                    title=rule.about.title,
                    level=Level.MEDIUM,
                    at=event.received_at,
                    entity=f"rule:{rule.id}",
                    confidence=100,
                    events=(event.uid,),
                    says={"rule": rule.about.title, "file": rule.about.file, "error": type(error).__name__},
                )
            )
        return hits


def _of_rule(rule: Rule, view: EventView) -> Hit:
    event = view.event
    return _hit(rule.about, view, (event.uid,), count=1, since=event.at, says=_says(rule.about, view, {"count": 1}))


def _of_correlation(fired: Fired, view: EventView) -> Hit:
    one = fired.correlation
    uids = tuple(dict.fromkeys(entry.uid for entry in fired.entries))
    since = fired.entries[0].at
    minutes = max(1, round((fired.entries[-1].at - since) / MINUTE))
    counted = {"count": fired.count, "events": len(uids), "minutes": minutes}
    says = _says(one.about, view, counted)
    return _hit(one.about, view, uids[-MOST_EVENTS:], count=len(uids), since=since, says=says)


def _hit(
    about: About, view: EventView, uids: tuple[str, ...], *, count: int, since: Instant, says: dict[str, str | int]
) -> Hit:
    event = view.event
    return Hit(
        id=_digest(about.id, event.uid),
        rule=about.id,
        title=about.title,
        level=about.level,
        at=event.at,
        entity=entity_of(event, about.entity),
        confidence=about.confidence,
        tactics=tuple(tag for tag in about.tags if tag.startswith("attack.")),
        person_id=event.person_id,
        device_id=event.device_id,
        session=event.session,
        events=uids,
        count=count,
        since=since,
        says=says,
        is_explained_by_passkey=about.explained_by_passkey,
        response=about.response,
    )


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
    for name in (*_USUAL, *sorted(asked - set(_USUAL))):
        value = view.exact(key_of(name))
        if value is not None:
            says[name] = (value if isinstance(value, str) else ", ".join(value))[:MAX_SAID]
        elif name in asked:
            says[name] = ""
    return {**says, **counted}


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
