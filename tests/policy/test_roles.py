from __future__ import annotations

from limen.cedar import PolicySet
from limen.company.company import limen_app
from limen.facts import Person
from limen.policy.roles import ROLES, Guarding, groups_that_guard, is_guarded
from limen.settings import Settings

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


def test_guarding_is_that_of_the_policies_in_force_and_the_baselines_where_limen_is_not_known() -> None:
    text = """permit (principal in Group::"it-leads", action in [Action::"support"], resource == App::"limen");"""
    guarding = Guarding(tuple(PolicySet.parse(text).policies), APP)
    lead = Person(id="p", groups=frozenset({"it-leads"}))
    assert (guarding.groups, guarding.has_role(lead)) == (ROLES | {"it-leads"}, True)
    assert (Guarding((), None).groups, Guarding((), None).has_role(lead)) == (ROLES, True)


def test_what_is_worked_out_once_for_everybody_is_what_holds_of_each() -> None:
    text = """permit (principal in Group::"it-leads", action in [Action::"support"], resource == App::"limen");
    permit (principal == Person::"p_ida", action, resource == App::"limen");
    permit (principal, action == Action::"audit", resource) when { principal in Group::"readers" };
    permit (principal in Group::"staff", action == Action::"view", resource);"""
    policies = tuple(PolicySet.parse(text).policies)
    guarding = Guarding(policies, APP)
    for person_id in ("p_ida", "p_tom"):
        for group in ("it-leads", "readers", "staff", "administrators"):
            person = Person(id=person_id, groups=frozenset({group}))
            assert guarding.has_role(person) is is_guarded(person, policies, APP), (person_id, group)
