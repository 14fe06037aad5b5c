from __future__ import annotations

import pytest
from tests.policy.scene import NOW, facts

from limen.cedar import PolicySet
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.tree import Binary
from limen.clock import HOUR
from limen.facts import Label
from limen.policy.access_diff.partial_evaluation import Body, fold
from limen.policy.cedar_view import ACTION_ENTITIES, view_of
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.partition import partition


def body_of(conditions: str, label: Label = Label.INTERNAL) -> Body | None:
    (policy,) = PolicySet.parse(f"forbid (principal, action, resource) {conditions};")
    seen = view_of(facts(label, groups=("staff",)))
    return fold(policy, CedarRequest(seen.principal, ACTION_ENTITIES["view"], seen.resource, {}, {}))


def told(condition: str):
    body = body_of(f"when {{ {condition} }}")
    assert body is not None
    return partition([atom for one in body.conditions for atom in atoms(one)], NOW)


@pytest.mark.parametrize(
    ("condition", "axis", "borders"),
    [
        ("context.time.minute >= 360", "time.minute", {0, 360}),
        ("360 > context.time.minute", "time.minute", {0, 360}),
        ("context.risk.score + 10 < 50", "risk.score", {0, 40}),
        ('context.now.durationSince(context.auth.at) <= duration("4h")', "auth.age", {4 * HOUR + 1}),
        ('context.auth.at.offset(duration("4h")) > context.now', "auth.age", {4 * HOUR}),
        ("context.now.durationSince(context.session.started).toHours() < 4", "session.age", {4 * HOUR}),
        ('context.grant.until > datetime("2027-01-01")', "grant.until", {0}),
        ('context.now < datetime("2027-01-01")', "now", {NOW}),
    ],
)
def test_where_a_comparison_changes_its_answer(condition: str, axis: str, borders: set[int]) -> None:
    found = told(condition)
    assert found.is_exact
    assert list(found.classes) == [axis]
    assert borders <= {one.low for one in found.classes[axis]}


def test_texts_are_told_apart_by_what_is_named() -> None:
    found = told('context.place.country == "DE" || ["AT", "CH"].contains(context.place.country)')
    assert {one.example for one in found.classes["place.country"]} == {"", "DE", "AT", "CH", "ZZ"}
    assert found.is_exact


@pytest.mark.parametrize(
    "condition",
    [
        'context.now.toTime() < duration("8h")',
        "context.now.toDate() == context.auth.at.toDate()",
        "context.place.country == context.device.platform",
        "context.device == context.device",
        'context.request.route like "/a*" || context.request.route like "*b"',
    ],
)
def test_it_says_where_classes_are_only_examples(condition: str) -> None:
    assert not told(condition).is_exact


def test_two_numbers_together_are_looked_at_one_by_one() -> None:
    found = told("context.auth.strength + context.device.binding >= 4")
    assert found.is_exact
    assert {axis: len(some) for axis, some in found.classes.items()} == {"auth.strength": 4, "device.binding": 13}
    assert isinstance(next(iter(found.reads)), Binary)
