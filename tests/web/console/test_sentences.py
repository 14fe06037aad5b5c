from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.cedar import PolicySet
from limen.facts import App, Auth, Facts, Group, Person, Upstream
from limen.policy import Engine, Request
from limen.web.console.sentences import answered, joined, scope_sentence, stopped_by

GROUPS = {"finance": Group("finance", "Finance"), "staff": Group("staff")}
APPS = {"payroll": App("payroll", "Payroll", "payroll.harbor.example", Upstream(""))}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'permit (principal in Group::"finance", action in [Action::"edit", Action::"view"], '  # noqa: ISC004
            'resource == App::"payroll");',
            "“Finance” can view or edit Payroll",
        ),
        ("forbid (principal, action, resource);", "Nobody can do anything with any app"),
        (
            "forbid (principal, action, resource) when { true } unless { false };",
            "Limits what everyone can do with any app; see its text",
        ),
        (
            'forbid (principal in Group::"finance", action == Action::"edit", resource) '  # noqa: ISC004
            "unless { true } unless { true };",
            "Limits when “Finance” can edit in any app; see its text",
        ),
        (
            'permit (principal in Group::"finance", action == Action::"view", resource) '  # noqa: ISC004
            "when { true } unless { false };",
            "“Finance” can view any app, under 2 conditions",
        ),
        ("forbid (principal is Workload, action, resource);", "Services can't do anything with any app"),
        (
            "forbid (principal is Workload, action, resource) unless { context.grant.active };",
            "Limits what services can do with any app; see its text",
        ),
        ('permit (principal, action == Action::"sign_in", resource);', "Anyone can sign in to any app"),
        (
            'forbid (principal in Group::"staff", action == Action::"download", resource);',
            "“staff” can't download from any app",
        ),
        (
            'permit (principal in Group::"gone", action == Action::"view", resource == App::"gone");',
            "“gone” can view gone",
        ),
    ],
)
def test_where_a_policy_speaks_is_a_sentence(text: str, sentence: str) -> None:
    (policy,) = PolicySet.parse(text)
    assert scope_sentence(policy, GROUPS, APPS) == sentence


def test_a_decision_is_one_sentence() -> None:
    assert answered("Ada", "view", "Wiki", "permit") == "Ada was allowed to view Wiki"
    assert answered("Ada", "download", "CRM", "deny") == "Ada was not allowed to download from CRM"
    assert answered("Ada", "edit", "Git", "challenge") == "Ada was asked to confirm their identity to edit in Git"


def test_words_are_joined_as_people_do() -> None:
    assert [joined([]), joined(["a"]), joined("ab"), joined("abc", "or")] == ["", "a", "a and b", "a, b or c"]


TEXT = """
@id("not-mine") permit (principal in Group::"finance", action, resource);
@id("unless-strong") forbid (principal, action, resource) unless { context.auth.strength >= 2 };
@id("when-weak") forbid (principal, action, resource) when { context.auth.strength <= 1 && context.risk.known };
@id("mine") permit (principal, action, resource);
"""


def test_what_kept_a_policy_from_applying_is_named_with_what_it_was() -> None:
    named = {policy.annotations["id"]: policy for policy in PolicySet.parse(TEXT)}
    tree = {"templates": {}, "staticPolicies": {k: _json(k) for k in named}, "templateLinks": []}
    engine = Engine(tree, "r", ZoneInfo("UTC"))
    facts = Facts(app=APPS["payroll"], person=Person("p", active=True), auth=Auth(3, at=1))
    explained = {one.id: stopped_by(one) for one in engine.explain(Request("view"), facts, 2).policies}
    assert explained == {
        "not-mine": ('principal in Group::"finance"', "false"),
        "unless-strong": ("context.auth.strength >= 2", "true"),
        "when-weak": ("context.auth.strength <= 1", "false"),
        "mine": ("", ""),
    }


def _json(policy_id: str) -> object:
    bodies = PolicySet.parse(TEXT).to_json()["staticPolicies"]
    return next(body for body in bodies.values() if body["annotations"]["id"] == policy_id)
