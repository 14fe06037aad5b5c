from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.reviews.made import REVIEW
from tests.access.rows import CRM, PEOPLE

from limen.access.reviews.judging import may_decide
from limen.facts.access_rules import Approvers, Escalation, ReviewRule

RULE = ReviewRule(
    name="customers", reviewers=Approvers(owner=True), escalation=Escalation(1, Approvers(("management",)))
)


@pytest.mark.parametrize(
    ("who", "at", "may"),
    [
        ("farid", REVIEW.started_at, True),
        ("ines", REVIEW.started_at, False),
        ("ines", REVIEW.escalates_at - 1, False),
        ("ines", REVIEW.escalates_at, True),
        ("oscar", REVIEW.escalates_at, False),
    ],
)
def test_who_may_decide_by_the_rule_in_force(who: str, at: int, *, may: bool) -> None:
    assert may_decide(RULE, REVIEW, CRM, PEOPLE[who], at) is may
    assert not may_decide(None, REVIEW, CRM, PEOPLE[who], at)
    assert not may_decide(RULE, REVIEW, None, PEOPLE["farid"], REVIEW.started_at)
    assert not may_decide(RULE, replace(REVIEW, escalates_at=0), CRM, PEOPLE["ines"], at)
