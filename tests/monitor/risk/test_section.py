"""`risk:` in `monitor.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import msgspec
import pytest
from tests.monitor.written import lines, the_rules

from limen.clock import HOUR
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.risk import section
from limen.monitor.risk.rules import RiskRules


def test_as_it_is_written_and_where_it_says_nothing() -> None:
    rules = the_rules("risk: {half_life: 12h, unproven_at_most: 45}\n")
    assert rules.risk == RiskRules(12 * HOUR, 45)
    assert the_rules("watch: true\n").risk == RiskRules()
    assert msgspec.json.decode(msgspec.json.encode(rules), type=MonitorRules) == rules


@pytest.mark.parametrize(
    "wrong", ["half_life: 30m", "half_life: 4d", "half_life: soon", "unproven_at_most: 70", "unproven_at_most: -1"]
)
def test_what_is_wrong_is_named_with_its_line(wrong: str) -> None:
    assert lines(f"risk:\n  {wrong}\n") == [2]


def test_what_changes_is_said() -> None:
    assert list(section.changes(RiskRules(), RiskRules())) == []
    assert len(list(section.changes(RiskRules(), RiskRules(HOUR, 10)))) == 2
