from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from limen.company.candidate import candidate
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.levels import SAID, Level, at_level, changed_states, level_of, states_at
from limen.company.load import failing_tests, load_company
from limen.company.new_folder import Answers, begin
from limen.policy import State

ORDER = [State.OFF, State.REPORT_ONLY, State.ENFORCE]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    begin(tmp_path / "a", Answers("Harbor", "harbor.example"))
    return load_company(tmp_path / "a")


def test_a_new_company_is_balanced(company: Company) -> None:
    assert level_of(company) is Level.BALANCED
    assert at_level(company, Level.BALANCED) == {}


def test_every_demand_of_the_baseline_has_its_place_in_each_level(company: Company) -> None:
    forbids = {name for name, body in company.policies.tree["staticPolicies"].items() if body["effect"] == "forbid"}
    for level in Level:
        assert set(states_at(level)) == forbids
        assert SAID[level]


def test_a_higher_level_never_demands_less() -> None:
    for lower, higher in pairwise(Level):
        for policy, state in states_at(lower).items():
            assert ORDER.index(state) <= ORDER.index(states_at(higher)[policy]), policy


@pytest.mark.parametrize("level", [Level.GENTLE, Level.STRICT])
def test_a_level_changes_states_and_nothing_else(company: Company, level: Level) -> None:
    after = candidate(company, at_level(company, level))
    assert level_of(after) is level
    different = changes(company, after)
    assert {one.name for one in different} == set(changed_states(company, level))
    for one in different:
        was, now = changed_states(company, level)[one.name]
        assert one.detail == f"from {was} to {now}"


def test_what_the_company_wrote_otherwise_is_no_level(company: Company) -> None:
    watched = company.files["policies/10-people.cedar"].replace(
        '@title("Guests only have', '@state("off")\n@title("Guests only have'
    )
    assert level_of(candidate(company, {"policies/10-people.cedar": watched})) is None


@pytest.mark.parametrize("level", Level)
def test_the_policy_tests_of_a_new_company_hold_at_every_level(company: Company, level: Level) -> None:
    assert failing_tests(candidate(company, at_level(company, level))) == ()
