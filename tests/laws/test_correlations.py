"""Correlations find what somebody finds who keeps every event and counts anew at each."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from tests.dial import floor, size
from tests.monitor.detections.texts import START, compiled, correlation, rule

from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent

RUNS, EVENTS = size(1_200), 40
KINDS = ("a", "b", "c")
SPAN_MS = 60_000
BASE = [rule({"kind": kind}, name=f"rule_{kind}") for kind in KINDS]


def made(random: Random) -> dict[str, Any]:
    kind = random.choice(["event_count", "value_count", "temporal", "temporal_ordered"])
    names = [f"rule_{one}" for one in random.sample(KINDS, random.randint(2, 3))]
    if kind == "event_count":
        more = {"condition": {random.choice(["gte", "gt", "eq"]): random.randint(1, 4)}}
    elif kind == "value_count":
        more = {"condition": {"gte": random.randint(2, 3), "field": "host"}}
    else:
        more = random.choice([{}, {"condition": {"gte": 2}}])
    return correlation(kind, names, "60s", group_by=random.choice([["user"], []]) or ["user"], **more)


def events(random: Random) -> list[NormalEvent]:
    """In about the order of their times: some are late, some come twice, some say nothing of what is grouped by."""
    now, found = START, list[NormalEvent]()
    for number in range(EVENTS):
        now += random.choice([0, 1, 5, 10, 30, 70]) * 1_000
        at = now - random.choice([0, 0, 0, 0, 20_000, 50_000, 90_000])
        if found and random.random() < 0.1:
            found.append(random.choice(found))
            continue
        found.append(
            NormalEvent(
                uid=str(number),
                at=at,
                received_at=now,
                source="law",
                product="windows",
                kind=random.choice(KINDS),
                user=random.choice(["jane", "omar", "JANE", ""]),
                host=random.choice(["h1", "h2", "h3", ""]),
            )
        )
    return found


class Plainly:
    """Keeps all and counts anew."""

    def __init__(self, written: dict[str, Any]) -> None:
        body = written["correlation"]
        self.kind, self.rules = body["type"], [name[-1] for name in body["rules"]]
        self.condition = body.get("condition", {"gte": len(self.rules)})
        self.kept: dict[str, list[NormalEvent]] = {}
        self.quiet: dict[str, int] = {}

    def finds(self, event: NormalEvent) -> bool:
        group = event.user.lower()
        if event.kind not in self.rules or not group or (self.kind == "value_count" and not event.host):
            return False
        kept = self.kept.setdefault(group, [])
        newest = max([event.at, *(one.at for one in kept)])
        if event.at <= newest - SPAN_MS:
            return False
        if any(one.uid == event.uid for one in kept if one.at > max(one.at for one in kept) - SPAN_MS):
            return False
        kept.append(event)
        window = sorted((one for one in kept if one.at > newest - SPAN_MS), key=lambda one: one.at)
        if newest < self.quiet.get(group, 0) or not self.is_enough(self.count(window)):
            return False
        self.quiet[group] = newest + SPAN_MS
        return True

    def count(self, window: list[NormalEvent]) -> int:
        if self.kind == "event_count":
            return len(window)
        if self.kind == "value_count":
            return len({one.host for one in window})
        if self.kind == "temporal":
            return len({one.kind for one in window})
        wanted = 0
        for one in window:
            wanted += wanted < len(self.rules) and one.kind == self.rules[wanted]
        return wanted

    def is_enough(self, count: int) -> bool:
        (order,) = set(self.condition) - {"field"}
        asked = self.condition[order]
        return {"gte": count >= asked, "gt": count > asked, "eq": count == asked}[order]


def test_correlations_find_what_is_found_by_counting_anew_also_after_restarts() -> None:
    met: Counter[str] = Counter()
    for seed in range(RUNS):
        random = Random(seed)
        written = made(random)
        rule_set = compiled(*BASE, written)
        detector, plainly = SigmaDetector(rule_set), Plainly(written)
        for event in events(random):
            if random.random() < 0.05:
                before, detector = detector, SigmaDetector(rule_set)
                detector.restore(before.snapshot())
            found = [hit for hit in detector.feed(event) if hit.rule == written["id"]]
            expected = plainly.finds(event)
            assert bool(found) is expected, (seed, written, event)
            met.update({plainly.kind: expected, "events": 1})
    assert met["events"] == RUNS * EVENTS
    for kind in ("event_count", "value_count", "temporal", "temporal_ordered"):
        assert met[kind] > floor(200), met
