from __future__ import annotations

import pytest

from limen.cedar import PolicySet
from limen.company.company import limen_app
from limen.facts import Person
from limen.policy.possible import permits_ever
from limen.settings import Settings

APP = limen_app(Settings(name="Harbor", domain="harbor.example"))
WANTED = ("support", "administer")


def ever(text: str, *groups: str, person: bool = True) -> bool:
    policies = PolicySet.parse(text).policies
    return bool(permits_ever(policies, Person("p_eve", groups=frozenset(groups)) if person else None, APP, WANTED))


@pytest.mark.parametrize(
    "permit",
    [
        'permit (principal in Group::"leads", action, resource == App::"limen");',
        'permit (principal is Person in Group::"leads", action in [Action::"administer"], resource is App);',
        'permit (principal, action, resource) when { principal in Group::"leads" && context.auth.strength >= 3 };',
        'permit (principal, action, resource) when { context.device.known } unless { !(principal in Group::"leads") };',
        'permit (principal, action, resource) when { if principal in Group::"leads" then context.a else false };',
        'permit (principal, action, resource) when { if context.a then principal in Group::"leads" else false };',
        'permit (principal in Group::"leads", action, resource) when { principal.active || principal.unheard_of };',
        'permit (principal in Group::"leads", action, resource) when { principal.unheard_of };',
        'permit (principal in Group::"leads", action, resource) when { resource.sensitivity > 2 };',
    ],
)
def test_whoever_a_permit_could_let_is_found_however_it_says_so_and_nobody_else(permit: str) -> None:
    assert ever(permit, "leads")
    assert not ever(permit, "staff")
    assert ever(permit, person=False)


@pytest.mark.parametrize(
    "policy",
    [
        'permit (principal, action == Action::"view", resource);',
        'permit (principal, action, resource == App::"wiki");',
        'permit (principal, action, resource) unless { resource == App::"limen" };',
        "permit (principal, action, resource) when { context.a && resource.sensitivity <= 2 };",
        "permit (principal, action, resource) when { context.a || context.b } when { false };",
        'permit (principal == Person::"p_ada", action, resource);',
        "forbid (principal, action, resource);",
    ],
)
def test_what_can_not_be_about_them_counts_for_nobody(policy: str) -> None:
    assert not ever(policy, "staff")


def test_a_person_named_alone_is_found() -> None:
    assert ever('permit (principal == Person::"p_eve", action, resource == App::"limen");')
    assert ever('permit (principal, action, resource) when { principal == Person::"p_eve" };')
