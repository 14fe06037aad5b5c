"""Whom a visitor can be: people who work at Harbor, asking for what its apps call by these actions."""

from __future__ import annotations

from limen.company.load import load_company
from limen.demo.employees import read_people
from limen.demo.harbor import folder
from limen.demo.roles import ROLES, question_of, role_of
from limen.facts import LIMEN


def test_each_role_is_somebody_and_each_question_an_action_of_an_app() -> None:
    people = {who.id: who for who in read_people(folder())}
    apps = {app.id for app in load_company(folder()).apps} | {LIMEN}
    assert [role.id for role in ROLES] == ["employee", "finance", "administrator"]
    assert "administrators" in people[ROLES[2].who].groups
    assert "administrators" not in set(people[ROLES[0].who].groups) | set(people[ROLES[1].who].groups)
    for role in ROLES:
        assert {question.app for question in role.questions} <= apps
        assert len({question.id for question in role.questions}) == len(role.questions)
        assert question_of(role, role.questions[-1].id) is role.questions[-1]


def test_what_nobody_is_and_nobody_asks_is_nothing() -> None:
    assert role_of("owner") is None
    assert question_of(ROLES[0], "approve") is None
