"""From what a source writes to a finding: records as they come are read by their mapper and found by the rule.

A rule's own examples say what it asks for; this says that mappers give it by those names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from limen.clock import MINUTE, SECOND, Instant, from_iso
from limen.monitor.detections.own_rules import own_rules, own_texts
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.kinds import OURS
from limen.monitor.normal_form.reading import is_unreadable, read

BEGIN = from_iso("2026-11-27T09:00:00Z")
TOLD = yaml.safe_load(Path(__file__).with_name("records.yml").read_text("utf-8"))
FILES = {one.id: one.about.file for one in (*own_rules().rules, *own_rules().correlations)}


@pytest.mark.parametrize("told", TOLD, ids=[f"{one['rule']} {one['kind']}" for one in TOLD])
def test_what_a_source_writes_is_found(told: dict[str, Any]) -> None:
    detector = SigmaDetector(own_rules())
    events = list(_events(told))
    assert not [event for event in events if is_unreadable(event)]
    assert told["rule"] in {FILES[hit.rule] for event in events for hit in detector.feed(event)}


def test_every_sort_of_source_has_some() -> None:
    folders = {file.partition("/")[0] for file in own_texts()}
    assert {one["rule"].partition("/")[0] for one in TOLD} == folders - {"limen"}  # whose rules real attacks try


def _events(told: dict[str, Any]) -> Iterator[NormalEvent]:
    times, every = told.get("times", 1), told.get("every", 1)
    for number in range(times):
        for record in told["records"]:
            yield from _read(told["kind"], record, number + 1, BEGIN + int(number * every * SECOND))
    for record in told.get("then", ()):
        yield from _read(told["kind"], record, times + 1, BEGIN + int(times * every * SECOND) + MINUTE)


def _read(kind: str, record: Any, number: int, at: Instant) -> list[NormalEvent]:
    written = record if isinstance(record, str) else json.dumps(record)
    for name, value in _said(number, at).items():
        written = written.replace(f"{{{name}}}", value)
    return read(
        Frame(source=kind if kind in OURS else "source", kind=kind, received_at=at + SECOND, data=written.encode())
    )


def _said(number: int, at: Instant) -> dict[str, str]:
    when = datetime.fromtimestamp(at / 1000, UTC)
    return {
        "n": str(number),
        "at": when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "bare": when.strftime("%Y-%m-%dT%H:%M:%S"),
        "clf": when.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "seconds": f"{at / 1000:.3f}",
        "milliseconds": str(at),
    }
