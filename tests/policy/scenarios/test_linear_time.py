from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.cedar.tree import Binary
from limen.clock import HOUR
from limen.policy.scenarios.linear_time import Sum, difference


def read(comparison: str) -> Sum | None:
    (policy,) = PolicySet.from_json(tree_of(f'@id("p") permit (principal, action, resource) when {{ {comparison} }};'))
    body = policy.conditions[0].body
    assert isinstance(body, Binary)
    return difference(body.left, body.right)


@pytest.mark.parametrize(
    ("comparison", "meant"),
    [
        (
            'context.now.durationSince(context.auth.at) <= duration("4h")',
            Sum({"context.now": 1, "context.auth.at": -1}, -4 * HOUR),
        ),
        (
            'context.auth.at.offset(duration("4h")) > context.now',
            Sum({"context.auth.at": 1, "context.now": -1}, 4 * HOUR),
        ),
        ('context.auth.at >= datetime("1970-01-01T01:00:00Z")', Sum({"context.auth.at": 1}, -HOUR)),
        (
            "context.now.durationSince(context.auth.at).toHours() < 4",
            Sum({"context.now": 1, "context.auth.at": -1}, -4 * HOUR, HOUR),
        ),
        (
            "4 > context.now.durationSince(context.auth.at).toHours()",
            Sum({"context.now": -1, "context.auth.at": 1}, 4 * HOUR, HOUR),
        ),
        ("context.now > context.now", Sum({}, 0)),
        ('context.now.toTime() < duration("4h")', None),
        ('context.auth.at.offset(duration("72057594037927936ms")) > context.now', None),
        ("context.auth.at" + '.offset(duration("1h"))' * 17 + " > context.now", None),
        ("context.now.durationSince(context.auth.at).toHours() < context.time.weekday", None),
    ],
)
def test_a_comparison_of_instants_is_one_sum(comparison: str, meant: Sum | None) -> None:
    assert read(comparison) == meant
