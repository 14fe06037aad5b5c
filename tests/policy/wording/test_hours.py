from __future__ import annotations

import pytest

from limen.cedar import PolicySet
from limen.cedar.tree import And
from limen.policy.wording.hours import Hours, hours_of, is_about_time


def _hours(condition: str) -> Hours | None:
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {condition} }};")
    body = policy.conditions[0].body
    return hours_of(body.operands if isinstance(body, And) else (body,))


@pytest.mark.parametrize(
    ("condition", "hours"),
    [
        ("context.time.weekday < 6", Hours((1, 2, 3, 4, 5))),
        ("[6, 7].contains(context.time.weekday)", Hours((6, 7))),
        ("context.time.weekday != 7 && context.time.minute > 59", Hours((1, 2, 3, 4, 5, 6), 60)),
        ("context.time.minute <= 719", Hours(until=720)),
        ("context.time.minute == 5", None),
        ("context.time.weekday * 1440 + context.time.minute >= 2000", None),
        ("context.time.minute < 60 && context.time.minute > 90", None),
    ],
)
def test_hours_are_read_where_they_are_plain(condition: str, hours: Hours | None) -> None:
    assert _hours(condition) == hours


def test_only_what_reads_nothing_else_is_about_time() -> None:
    assert _hours("context.device.managed") is None
    (policy,) = PolicySet.parse("permit (principal, action, resource) when { context.time.minute > 5 || true };")
    assert is_about_time(policy.conditions[0].body)
    (policy,) = PolicySet.parse(
        "permit (principal, action, resource) when { context.time.minute > 5 || context.device.known };"
    )
    assert not is_about_time(policy.conditions[0].body)
