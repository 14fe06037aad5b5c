"""A rule that would cost too much is named before it is in force."""

from __future__ import annotations

from tests.monitor.detections.texts import compiled, rule

from limen.monitor.detections.costs import slow_rules
from limen.monitor.detections.own_rules import own_rules

SLOW_MACHINE = 4
"""Times: one that others share is that much slower than one that a budget is meant for."""


def test_a_slow_rule_is_named_with_its_cost_and_a_quick_one_is_not() -> None:
    expressions = [f"(?i)([a-z]+[^a-z]+){{{3 + number % 5}}}zz{number}" for number in range(150)]
    slow, quick = rule({"Image|re": expressions}), rule({"Image|endswith": [f"{number}.exe" for number in range(500)]})
    found = slow_rules(compiled(slow, quick).rules)
    assert [one.id for one, _ in found] == [slow["id"]]
    assert found[0][1] > 50


def test_a_rule_may_say_that_it_may_cost_more() -> None:
    expressions = [f"(?i)([a-z]+[^a-z]+){{{3 + number % 5}}}zz{number}" for number in range(150)]
    allowed = rule({"Image|re": expressions}, custom={"limen": {"budget_us": 10_000}})
    assert slow_rules(compiled(allowed).rules) == []


def test_none_of_limens_own_rules_is_slow() -> None:
    found = slow_rules(own_rules().rules)
    assert [(one.about.title, cost) for one, cost in found if cost > SLOW_MACHINE * one.about.budget_us] == []
