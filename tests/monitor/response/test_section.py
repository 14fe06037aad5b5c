"""`playbooks:` in `monitor.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import msgspec
import pytest
from tests.monitor.written import lines, the_rules

from limen.clock import DAY, HOUR
from limen.monitor.detections.hit import Level
from limen.monitor.monitor_file import INITIAL
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.response import section
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook


def test_as_they_are_written() -> None:
    rules = the_rules(
        "playbooks:\n  quarantine: {does: quarantine}\n"
        "  ours: {does: disable, rules: [r1], at: critical, confidence: 90, lasts: 8h, at_most: 2}\n"
    )
    assert rules.playbooks == (
        Playbook(name="quarantine", does=Doing.QUARANTINE, lasts_ms=DAY),
        Playbook(
            name="ours",
            does=Doing.DISABLE,
            lasts_ms=8 * HOUR,
            rules=("r1",),
            at_level=Level.CRITICAL,
            confidence=90,
            most_an_hour=2,
        ),
    )
    assert msgspec.json.decode(msgspec.json.encode(rules), type=MonitorRules) == rules


def test_without_a_section_nothing_happens_by_itself_and_the_initial_file_suspends_nobody() -> None:
    assert the_rules("watch: true\n").playbooks == ()
    assert {one.does for one in the_rules(INITIAL).playbooks} == {
        Doing.STEP_UP,
        Doing.END_SESSIONS,
        Doing.QUARANTINE,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "{does: wipe}",
        "{does: step_up, lasts: 5m}",
        "{does: step_up, lasts: 31d}",
        "{does: end_sessions, lasts: 1h}",
        "{does: disable, at: low}",
        "{does: disable, confidence: 10}",
        "{does: disable, at_most: 0}",
    ],
)
def test_what_is_wrong_is_named_with_its_line(wrong: str) -> None:
    assert lines(f"playbooks:\n  ours: {wrong}\n") == [2]


def test_what_changes_is_said() -> None:
    one = Playbook(name="a", does=Doing.STEP_UP, lasts_ms=HOUR)
    longer = Playbook(name="a", does=Doing.STEP_UP, lasts_ms=DAY)
    assert [len(list(section.changes(*pair))) for pair in (((), (one,)), ((one,), ()), ((one,), (longer,)))] == [
        1,
        1,
        1,
    ]
    assert list(section.changes((one,), (one,))) == []
