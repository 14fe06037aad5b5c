"""`notify:` in `monitor.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import msgspec
import pytest
from tests.monitor.written import lines, the_rules

from limen.clock import MINUTE
from limen.monitor.detections.hit import Level
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.notify import section
from limen.monitor.notify.rules import Channel, Hours, Kind, NotifyRules


def test_as_they_are_written() -> None:
    rules = the_rules(
        "notify:\n  it: {kind: mail, to: [it@harbor.example], at: medium, hours: mon-fri 08:00-18:00}\n"
        "  chat: {kind: slack, after: 30m, most_a_day: 5}\n"
    )
    assert rules.notify.channels == {
        "it": Channel(Kind.MAIL, Level.MEDIUM, ("it@harbor.example",), hours=Hours((0, 1, 2, 3, 4), 480, 1080)),
        "chat": Channel(Kind.SLACK, Level.HIGH, after_ms=30 * MINUTE, most_a_day=5),
    }
    assert msgspec.json.decode(msgspec.json.encode(rules), type=MonitorRules) == rules


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: telegram}",
        "{kind: mail}",
        "{kind: slack, to: [it@harbor.example]}",
        "{kind: mail, to: ['a b@harbor.example']}",
        '{kind: mail, to: ["a@harbor.example\\nBcc: x@evil.example"]}',
        "{kind: slack, hours: always}",
        "{kind: slack, after: 2d}",
        "{kind: slack, url: https://hooks.slack.com/services/x}",
        "{kind: slack, most_a_day: 0}",
        "{kind: webhook, requests: true}",
        "{kind: pagerduty, requests: true}",
    ],
)
def test_what_is_wrong_is_named_with_its_line(wrong: str) -> None:
    assert lines(f"notify:\n  ours: {wrong}\n") == [2]


def test_what_changes_is_said() -> None:
    none, one = NotifyRules(), NotifyRules({"a": Channel(Kind.SLACK)})
    other = NotifyRules({"a": Channel(Kind.SLACK, Level.LOW)})
    assert [len(list(section.changes(*pair))) for pair in ((none, one), (one, none), (one, other))] == [1, 1, 1]
    assert list(section.changes(one, one)) == []
