from __future__ import annotations

import pytest
from tests.policy.scene import NOW, app, facts, tree_of

from limen.cedar import PolicySet
from limen.cedar.interpret import Request as CedarRequest
from limen.facts import Label
from limen.policy import Request
from limen.policy.cedar_view import ACTION_ENTITIES, view_of
from limen.policy.proof.obstacles import covers, obstacle

ADMINISTER = Request("administer")


def said(text: str, error: str = "") -> str:
    (policy,) = PolicySet.from_json(tree_of(f'@id("p") {text};'))
    seen = view_of(facts(app=app(Label.RESTRICTED, "limen")))
    context = seen.context(ADMINISTER, NOW, {"weekday": 2, "minute": 600})
    asking = CedarRequest(seen.principal, ACTION_ENTITIES["administer"], seen.resource, context, {})
    return str(obstacle(policy, ADMINISTER, asking, error))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("forbid (principal, action, resource)", "p: it forbids administer to everyone; exempt Limen itself"),
        (
            "forbid (principal, action, resource) unless { context.auth.strength >= 3 && context.grant.active }",
            "because of `context.grant.active`;",
        ),
        (
            "forbid (principal, action, resource) when { context.device.known || context.risk.score >= 70 }",
            "because of `context.device.known` and `context.risk.score >= 70`",
        ),
        (
            'forbid (principal, action, resource == App::"limen")',
            'meet its conditions, or exempt administrators with `unless { principal in Group::"administrators" }`',
        ),
        (
            "permit (principal, action, resource) when { context.auth.strength > 3 }",
            "only where `context.auth.strength > 3`; require something an administrator can do today",
        ),
        (
            "permit (principal, action, resource) unless { !(context.grant.active) }",
            "only where `context.grant.active`",
        ),
    ],
)
def test_the_smallest_conditions_that_stand_in_the_way_are_named(text: str, expected: str) -> None:
    assert expected in said(text)


def test_a_policy_about_limen_alone_is_not_told_to_leave_limen_out() -> None:
    own = said('forbid (principal in Group::"administrators", action, resource == App::"limen")')
    assert own.endswith('; write @state("report-only") until an administrator can meet its conditions')


def test_an_error_is_a_refusal_with_its_message() -> None:
    assert "can't be evaluated, which denies access (overflow)" in said(
        "forbid (principal, action, resource)", "overflow"
    )


def test_a_policy_covers_the_actions_it_names() -> None:
    (one,) = PolicySet.from_json(tree_of('@id("p") permit (principal, action == Action::"view", resource);'))
    assert covers(one, Request("view"))
    assert not covers(one, ADMINISTER)
