from __future__ import annotations

from limen.cedar import PolicySet
from limen.company.company import limen_app
from limen.facts import Person
from limen.settings import Settings
from limen.web.needs import CHANGE, HELP, NEEDS, READ, ROLES, groups_that_guard, is_guarded, ways_into

APP = limen_app(Settings(name="Harbor", domain="harbor.example"))


def test_a_room_that_is_not_in_the_table_opens_to_administrators_alone() -> None:
    assert ways_into("POST", "/console/something-new") == ("administer",)
    assert ways_into("GET", "/console") == READ
    assert ways_into("POST", "/console/people/{person_id}/sessions/end") == HELP


def test_nothing_is_changed_by_reading_and_administering_opens_everything() -> None:
    assert all(ways in {CHANGE, HELP} for (method, _), ways in NEEDS.items() if method == "POST")
    assert all(ways[-1] == "administer" for ways in NEEDS.values())


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
