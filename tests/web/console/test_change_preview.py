from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from limen.clock import from_iso
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.plan import plan
from limen.company.rules import form_of, with_form
from limen.demo import harbor
from limen.facts import Factor, Person
from limen.policy.forms import Needs
from limen.policy.proof.lockout import Candidate
from limen.web.console.change_preview import _sentence, effects_of, replayed_of

NOW = from_iso("2026-11-24T09:00:00Z")
NAMES = {"p_ada": "Ada", "p_maren": "Maren", "p_rohan": "Rohan"}
PEOPLE = [
    Candidate(
        Person("p_ada", groups=frozenset({"staff", "administrators", "finance"}), active=True), frozenset(Factor)
    ),
    Candidate(Person("p_maren", groups=frozenset({"staff", "finance"}), active=True), frozenset(Factor)),
    Candidate(Person("p_rohan", groups=frozenset({"staff", "finance"}), active=True), frozenset(Factor)),
]


@pytest.fixture(scope="module")
def company() -> Company:
    assert isinstance(harbor.folder(), Path)
    return load_company(harbor.folder())


def effects(before: Company, after: Company, me: str) -> list[str]:
    apps = {app.id: app.name for app in before.all_apps.values()}
    found = plan(before, after, [], PEOPLE, until=NOW)
    assert replayed_of(found, NAMES, apps) == []
    return [one.said for one in effects_of(found, NAMES, apps, me)]


def changed(company: Company, policy: str, **what: object) -> Company:
    form = form_of(company, policy)
    assert form is not None
    return candidate(company, with_form(company, replace(form, **what)))  # type: ignore[arg-type]


def test_who_loses_an_app_is_counted_and_the_one_who_looks_is_told(company: Company) -> None:
    after = changed(company, "finance-payroll", groups=frozenset({"sales"}))
    assert effects(company, after, "p_ada") == ["3 people would lose access to Payroll, including you"]
    assert effects(company, after, "p_somebody") == ["3 people would lose access to Payroll"]
    assert effects(after, company, "p_ada") == ["3 people would gain access to Payroll, including you"]


def test_one_supposed_person_of_a_group_is_told_as_the_group(company: Company) -> None:
    after = changed(company, "finance-payroll", groups=frozenset({"sales"}))
    apps = {app.id: app.name for app in company.all_apps.values()}
    said = [one.said for one in effects_of(plan(company, after, [], PEOPLE[:1], until=NOW), NAMES, apps, "p_ada")]
    assert said == [
        "Anyone in “Finance” would lose access to Payroll, including you",
        "Anyone in “Sales” would gain access to Payroll",
    ]


@pytest.mark.parametrize(
    ("actions", "gains", "is_whole", "me", "said"),
    [
        (
            ("download", "edit", "share"),
            True,
            False,
            "",
            "1 person could also download, edit and share in Customers, in some situations",
        ),
        (("edit",), False, True, "", "1 person could no longer edit in Customers"),
        (("edit", "share"), False, True, "p", "You could no longer edit and share in Customers"),
        ((), True, True, "", "1 person would gain access to Customers"),
    ],
)
def test_actions_are_said_as_what_people_can_do(
    actions: tuple[str, ...], gains: bool, is_whole: bool, me: str, said: str
) -> None:
    assert _sentence({"p"}, {}, "Customers", actions, me, gains=gains, is_whole=is_whole) == said


def test_losing_an_app_only_now_and_then_is_told_so(company: Company) -> None:
    after = changed(company, "finance-payroll", needs=(Needs({"auth.strength": 3, "device.known": True}),))
    assert effects(company, after, "p_maren") == [
        "3 people would lose access to Payroll in some situations, including you"
    ]


def test_losing_one_action_names_it(company: Company) -> None:
    after = changed(company, "finance-payroll", actions=frozenset({"view", "download"}))
    assert effects(company, after, "p_x") == ["3 people could no longer edit in Payroll"]


def test_without_a_difference_there_is_nothing_to_tell(company: Company) -> None:
    assert effects(company, company, "p_ada") == []
