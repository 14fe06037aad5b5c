from __future__ import annotations

from limen.cedar import PolicySet
from limen.company.company import limen_app
from limen.facts import Person
from limen.settings import Settings
from limen.web.permissions import ROLES, groups_that_guard, is_guarded

APP = limen_app(Settings(name="Harbor", domain="harbor.example"))


def test_whoever_has_a_role_is_guarded_also_one_that_the_company_made_itself() -> None:
    text = """permit (principal in Group::"it-leads", action in [Action::"support"], resource == App::"limen");
    permit (principal in Group::"wiki-leads", action == Action::"administer", resource == App::"wiki");
    forbid (principal in Group::"interns", action == Action::"audit", resource == App::"limen");"""
    policies = PolicySet.parse(text).policies
    for group, is_so in {
        "administrators": True,
        "break-glass": True,
        "helpdesk": True,
        "auditors": True,
        "it-leads": True,
        "wiki-leads": False,
        "interns": False,
        "staff": False,
    }.items():
        assert is_guarded(Person(id="p", groups=frozenset({group})), policies, APP) is is_so, group
    assert is_guarded(Person(id="p"), policies, None), "nothing is known of Limen"
    assert groups_that_guard(policies, APP) == ROLES | {"it-leads"}
