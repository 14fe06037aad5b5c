from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.policy.proof.monotone import prove
from limen.policy.proof.suggested_fixes import mended

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


@pytest.mark.parametrize(
    ("condition", "whole"),
    [
        (
            'context.device.known || context.auth.strength < 2 && context.place.country == ""',
            '!context.device.known || context.auth.strength < 2 && context.place.country == ""',
        ),
        ("context.risk.known && context.risk.score >= 70", "context.risk.score >= 70"),
    ],
)
def test_the_whole_mended_condition_can_be_pasted_and_is_then_right(condition: str, whole: str) -> None:
    text = f'@id("p") forbid (principal, action, resource) when {{ {condition} }};'
    fix = prove(PolicySet.from_json(tree_of(text))).findings[0].fix
    assert f"so that it reads `when {{ {whole} }}`, or exempt" in fix
    pasted = text.replace(condition, fix.split("when { ")[1].split(" }`")[0])
    assert prove(PolicySet.from_json(tree_of(pasted))).findings == ()


def test_what_would_decide_everything_is_never_told_as_left_out() -> None:
    condition = 'context.device.known || context.place.country == "" && context.device.managed'
    text = f'@id("p") forbid (principal, action, resource) when {{ {condition} }};'
    for finding in prove(PolicySet.from_json(tree_of(text))).findings:
        assert "true ||" not in finding.fix
        assert "leave out `context.device.known`" not in finding.fix


def test_a_mend_of_all_there_is_is_said_once() -> None:
    text = '@id("p") forbid (principal, action, resource) when { context.device.managed };'
    assert "so that it reads" not in prove(PolicySet.from_json(tree_of(text))).findings[0].fix
