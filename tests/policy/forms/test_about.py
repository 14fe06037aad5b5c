from __future__ import annotations

import pytest
from tests.policy.scene import app, tree_of

from limen.cedar import PolicySet
from limen.facts import Label
from limen.policy.forms import speaks_about


@pytest.mark.parametrize(
    ("text", "label", "app_id", "does"),
    [
        ("permit (principal, action, resource);", Label.RESTRICTED, "wiki", True),
        ('permit (principal, action, resource == App::"wiki");', Label.PUBLIC, "wiki", True),
        ('permit (principal, action, resource == App::"crm");', Label.PUBLIC, "wiki", False),
        ('permit (principal, action, resource) when { resource in [App::"crm", App::"wiki"] };', 0, "wiki", True),
        ('permit (principal, action, resource) when { resource in [App::"crm", App::"git"] };', 0, "wiki", False),
        ("permit (principal, action, resource) when { resource.sensitivity <= 1 };", Label.INTERNAL, "wiki", True),
        ("permit (principal, action, resource) when { resource.sensitivity <= 1 };", Label.CONFIDENTIAL, "wiki", False),
        ("forbid (principal, action, resource) when { resource.sensitivity >= 2 };", Label.CONFIDENTIAL, "wiki", True),
        ("forbid (principal, action, resource) when { resource.sensitivity >= 2 };", Label.INTERNAL, "wiki", False),
        ('forbid (principal, action, resource) unless { resource == App::"limen" };', Label.RESTRICTED, "limen", False),
        ('forbid (principal, action, resource) unless { resource == App::"limen" };', Label.RESTRICTED, "wiki", True),
        ("permit (principal, action, resource is Host);", Label.PUBLIC, "wiki", False),
        ('forbid (principal, action, resource) when { resource.owner == "it" };', Label.PUBLIC, "wiki", True),
    ],
)
def test_a_policy_speaks_about_an_app_by_name_by_label_or_because_it_speaks_about_all(
    text: str, label: int, app_id: str, does: bool
) -> None:
    (policy,) = PolicySet.from_json(tree_of(f'@id("a") {text}'))
    assert speaks_about(policy, app(Label(label), app_id)) is does
