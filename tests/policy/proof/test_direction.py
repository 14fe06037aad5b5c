from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.policy.proof.direction import Way, way_of


def way(condition: str, kind: str = "when") -> Way:
    (policy,) = PolicySet.from_json(tree_of(f'@id("p") permit (principal, action, resource) {kind} {{ {condition} }};'))
    return way_of(policy)


IN_RANGE = 'context.place.address.isInRange(ip("10.0.0.0/8"))'


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("context.auth.strength >= 3", Way.UP),
        ("3 <= context.auth.strength", Way.UP),
        ("context.auth.strength == 3", Way.UP),
        ("context.auth.strength == 2", Way.MIXED),
        ("context.risk.score < 70", Way.UP),
        ("context.risk.score >= 70", Way.DOWN),
        ("context.risk.known && context.risk.score >= 70", Way.MIXED),
        ('context.device.compliance == "compliant"', Way.UP),
        ('context.device.compliance != "compliant"', Way.DOWN),
        ('context.device.compliance == "unknown"', Way.DOWN),
        ('context.device.compliance == "non_compliant"', Way.MIXED),
        ('["compliant", "non_compliant"].contains(context.device.compliance)', Way.UP),
        ("context.device.managed == true", Way.UP),
        ("context.place.anonymiser", Way.DOWN),
        ('context.place.country == "DE"', Way.UP),
        ('context.place.country != "DE"', Way.DOWN),
        ('context.place.country == ""', Way.DOWN),
        ('["DE", "PT"].contains(context.place.country)', Way.UP),
        ('["DE", ""].contains(context.place.country)', Way.DOWN),
        ('context.place.network like "office*"', Way.UP),
        ('context.auth.factors.contains("passkey")', Way.UP),
        ('context.auth.factors.containsAny(["passkey", "security_key"])', Way.UP),
        ("context.auth.factors.isEmpty()", Way.DOWN),
        ('context.now.durationSince(context.auth.at) <= duration("4h")', Way.UP),
        ('context.now.durationSince(context.auth.at) > duration("4h")', Way.DOWN),
        ("context.now.durationSince(context.auth.at).toHours() < 4", Way.UP),
        ('context.auth.at >= datetime("2026-01-01")', Way.UP),
        ("context.device.seen > context.auth.at", Way.MIXED),
        ("context.auth.at.toTime() == context.now.toTime()", Way.MIXED),
        (f"context.place has address && {IN_RANGE}", Way.UP),
        (f"context.place has address && (!{IN_RANGE} || context.auth.strength >= 3)", Way.UP),
        (f"!(context.place has address) || {IN_RANGE}", Way.DOWN),
        (IN_RANGE, Way.MIXED),
        (f"context.place has address || {IN_RANGE}", Way.MIXED),
        ('principal in Group::"staff" && resource.sensitivity >= 2 && context.time.minute < 480', Way.STILL),
        ('resource == App::"wiki" || resource.owner == "it"', Way.STILL),
        ("resource.sensitivity + 1 > 2", Way.MIXED),
        ("if context.time.minute < 480 then context.device.known else context.device.managed", Way.UP),
        ("if context.device.known then context.device.managed else true", Way.MIXED),
        ("context.device.known && !context.device.managed", Way.MIXED),
    ],
)
def test_the_form_of_a_condition_says_which_way_it_moves(condition: str, expected: Way) -> None:
    assert way(condition) is expected
    assert way(condition, "unless") is expected.back


def test_all_conditions_of_a_policy_count_together() -> None:
    text = f'@id("p") permit (principal, action, resource) when {{ context.place has address }} when {{ {IN_RANGE} }};'
    (policy,) = PolicySet.from_json(tree_of(text))
    assert way_of(policy) is Way.UP
