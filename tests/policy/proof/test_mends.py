from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.policy.proof.mends import mended
from limen.policy.proof.monotone import prove

IN_RANGE = 'context.place.address.isInRange(ip("10.0.0.0/8"))'


@pytest.mark.parametrize(
    ("effect", "condition", "mend"),
    [
        (
            "forbid",
            'context.device.compliance == "non_compliant"',
            'context.device.compliance != "compliant"`',
        ),
        (
            "permit",
            'context.device.compliance != "non_compliant"',
            'context.device.compliance == "compliant"`',
        ),
        ("forbid", "context.risk.known && context.risk.score >= 70", "leave out `context.risk.known`"),
        (
            "forbid",
            '["RU", "KP"].contains(context.place.country)',
            '`(context.place.country == "" || ["RU", "KP"].contains(context.place.country))` instead',
        ),
        (
            "permit",
            'context.place.network != "office"',
            '`context.place.network != "" && context.place.network != "office"` instead',
        ),
        ("permit", "context.auth.strength == 2", "`context.auth.strength >= 2` instead"),
        ("forbid", "context.device.managed", "`!context.device.managed` instead"),
        ("permit", f"context.auth.strength >= 3 && {IN_RANGE}", f"`context.place has address && {IN_RANGE}` instead"),
        (
            "forbid",
            f"context.place has address && {IN_RANGE}",
            f"`(!(context.place has address) || {IN_RANGE})`",
        ),
        ("forbid", 'context.auth.factors.contains("link")', "say in `unless { … }` what must hold"),
    ],
)
def test_a_mend_is_named_in_cedar(effect: str, condition: str, mend: str) -> None:
    text = f'@id("p") {effect} (principal, action, resource) when {{ {condition} }};'
    finding = prove(PolicySet.from_json(tree_of(text))).findings[0]
    assert mend in finding.fix
    assert finding.fix.endswith('or exempt the policy with @allow_unknown("why")')


def test_no_mend_is_named_that_was_not_proven() -> None:
    text = '@id("p") forbid (principal, action, resource) when { context.device.managed };'
    (policy,) = PolicySet.from_json(tree_of(text))
    assert "instead of" not in mended(policy, "context.device.managed", lambda _: False)
