"""From standing privilege to asking: what is drafted, and that nothing stands after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.access.standing.listing import Standing, listed
from limen.access.standing.privilege import standing_privilege
from limen.clock import from_iso
from limen.company.by_grant import ByGrant, all_by_grant, by_grant
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.states import in_state
from limen.errors import LimenError
from limen.facts import Person
from limen.facts.access_rules import FILE
from limen.policy import State

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
NOW = from_iso("2026-11-24T09:00:00Z")
PEOPLE = {
    one: Person(one, one.title(), "", frozenset(groups), active=True)
    for one, groups in {
        "frida": ("staff", "finance"),
        "hugo": ("staff", "hr"),
        "ada": ("staff", "administrators"),
        "eva": ("break-glass",),
    }.items()
}


@pytest.fixture(scope="module")
def harbor() -> Company:
    return load_company(HARBOR)


def standing(company: Company, people: dict[str, Person] = PEOPLE) -> Standing:
    apps = company.all_apps.values()
    return listed(standing_privilege(company.engine(), people.values(), apps, since=NOW), people, apps)


def test_harbor_comes_to_zero_with_break_glass_apart(harbor: Company) -> None:
    before = standing(harbor)
    assert {(row.app, row.people) for row in before.rows} == {("payroll", ("frida",)), ("payroll", ("hugo",))}
    files, done = all_by_grant(harbor, before.rows, PEOPLE)
    assert done == (ByGrant("payroll", ("view", "download", "edit"), ("finance",), ()),)
    after = candidate(harbor, files)
    left = standing(after)
    assert left.rows == ()
    assert left.is_exact
    assert [row.people for row in left.break_glass] == [("eva",)]
    assert left.limen


def test_whoever_had_it_may_ask_for_it(harbor: Company) -> None:
    files, _ = by_grant(harbor, "payroll", standing(harbor).rows, PEOPLE)
    after = candidate(harbor, files)
    payroll = after.all_apps["payroll"]
    for person, actions in (("frida", ("view", "download", "edit")), ("hugo", ("view",))):
        assert all(after.parts[FILE].may_ask(PEOPLE[person], payroll, action) for action in actions)
    rule = after.parts[FILE].rule_for(PEOPLE["frida"], payroll, "download")
    assert len(rule.steps_for(payroll)) == 2
    assert not after.parts[FILE].may_ask(PEOPLE["ada"], payroll, "download")


def test_every_rule_that_was_there_comes_first(harbor: Company) -> None:
    files, _ = by_grant(harbor, "payroll", standing(harbor).rows, PEOPLE)
    before, after = harbor.parts[FILE].rules, candidate(harbor, files).parts[FILE].rules
    assert after[: len(before)] == before
    written = iter(files[FILE].splitlines())
    assert all(line in written for line in harbor.files[FILE].splitlines())  # each line of before, in its order


def test_who_has_it_by_name_or_is_a_service_is_said(harbor: Company) -> None:
    rule = '@id("%s") permit (principal == %s, action == Action::"administer", resource == App::"wiki");'
    text = "\n".join(rule % one for one in (("robot", 'Workload::"w1"'), ("free", 'Person::"hugo"')))
    opened = candidate(harbor, {"policies/60-more.cedar": text})
    for policy in ("no-standing-administration", "tokens-administer-nothing", "administration-needs-a-recent-passkey"):
        opened = in_state(opened, policy, State.OFF)
    people = {**PEOPLE, "w1": Person("w1", "Robot", active=True, is_workload=True)}
    rows = standing(opened, people).rows
    files, done = by_grant(opened, "wiki", rows, people)
    assert set(done.left_out) == {"hugo", "w1"}
    assert done.actions == ("administer",)
    assert standing(candidate(opened, files), people).of("wiki") == ()


def test_nothing_is_drafted_for_nothing(harbor: Company) -> None:
    with pytest.raises(LimenError):
        by_grant(harbor, "wiki", standing(harbor).rows, PEOPLE)
    with pytest.raises(LimenError):
        by_grant(harbor, "nowhere", standing(harbor).rows, PEOPLE)
    with pytest.raises(LimenError):
        all_by_grant(harbor, (), PEOPLE)


def test_a_second_time_other_names_are_found(harbor: Company) -> None:
    rows = standing(harbor).rows
    files, _ = by_grant(harbor, "payroll", rows, PEOPLE)
    text = files[FILE].replace("ask: [finance]", "ask: [sales]")
    again, _ = by_grant(candidate(harbor, {**files, FILE: text}), "payroll", rows, PEOPLE)
    assert candidate(harbor, {**files, **again}).parts[FILE].rules[-1].name == "payroll-by-grant-2"
