"""`flows:` in access.yaml: what is read, what is refused where, what the plan says of it, and groups that go."""

from __future__ import annotations

import pytest
from tests.access.test_access_file import read_text

from limen.access.flows_section import changes
from limen.access.rules_text import without
from limen.clock import DAY
from limen.errors import LimenError
from limen.facts.access_rules import Approvers, Escalation, FlowRule

TEXT = """flows:
  ask: [staff, contractors]
  approve: {groups: [management], people: [Ada@harbor.example]}
  expires: 7d
  escalate: {after: 2d, to: {groups: [hr, management]}}
  publish: approval
"""
RULE = FlowRule(
    ask=("contractors", "staff"),
    approve=Approvers(("management",), ("ada@harbor.example",)),
    expires_ms=7 * DAY,
    escalation=Escalation(2 * DAY, Approvers(("hr", "management"))),
    publishes=True,
)


def test_it_is_read_as_it_is_written() -> None:
    rules, problems = read_text(TEXT)
    assert not problems
    assert rules is not None
    assert rules.flows == RULE
    nothing, _ = read_text("rules: []\n")
    assert nothing is not None
    assert nothing.flows is None


@pytest.mark.parametrize(
    "wrong",
    [
        "{ask: [staff]}",
        "{approve: {groups: [management]}}",
        "{ask: [nobody-here], approve: {groups: [management]}}",
        "{ask: [staff], approve: {}}",
        "{ask: [staff], approve: {owner: true, groups: [management]}}",
        "{ask: [staff], approve: {people: [ada]}}",
        "{ask: [staff], approve: {groups: [nobody-here]}}",
        "{ask: [staff], approve: {groups: [management]}, publish: at-once}",
        "{ask: [staff], approve: {groups: [management]}, expires: 1m}",
        "{ask: [staff], approve: {groups: [management]}, escalate: {after: 20d, to: {groups: [management]}}}",
        "[staff]",
    ],
)
def test_what_is_wrong_is_told_at_its_line(wrong: str) -> None:
    rules, problems = read_text(f"flows: {wrong}\n")
    assert rules is None
    assert {one.line for one in problems} == {1}


def test_the_plan_says_what_changes() -> None:
    assert list(changes(RULE, RULE)) == []
    assert [len(list(changes(*pair))) for pair in ((None, RULE), (RULE, None))] == [1, 1]


def test_a_group_that_is_removed_is_taken_out_and_the_last_approvers_stay() -> None:
    text, said = without(TEXT, "group", "staff")
    assert "staff" not in text
    assert len(said) == 1
    assert "flows:" not in without(text, "group", "contractors")[0]
    with pytest.raises(LimenError):
        without("flows: {ask: [staff], approve: {groups: [hr]}}\n", "group", "hr")
