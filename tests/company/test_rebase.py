from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tests.company.small_folder import small_folder
from tests.dial import size

from limen.company.candidate import added, candidate, replaced
from limen.company.company import Company
from limen.company.folder import APPS, TESTS
from limen.company.load import FolderError, load_company
from limen.company.rebase import Conflict, merge, rebased
from limen.company.states import in_state
from limen.policy import State

WHO = "policies/10-who.cedar"


@pytest.fixture
def base(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def edited(company: Company, file: str, old: str, new: str) -> Company:
    assert old in company.files[file]
    return candidate(company, {file: company.files[file].replace(old, new)})


def test_changes_of_different_policies_in_one_file_go_together(base: Company) -> None:
    ours = edited(base, WHO, "resource.sensitivity <= 1", "resource.sensitivity <= 0")
    theirs = candidate(base, replaced(base, "finance-payroll", ""))
    found = rebased(base, ours, theirs)
    assert found.company is not None
    assert "finance-payroll" not in found.company.policies.sources
    assert "sensitivity <= 0" in found.company.policies.sources["staff-work"].text


def test_different_files_and_new_policies_go_together(base: Company) -> None:
    ours = in_state(base, "payroll-from-the-office", State.ENFORCE)
    theirs = candidate(base, added(base, '@id("new") forbid (principal, action == Action::"share", resource);'))
    found = rebased(base, ours, theirs)
    assert found.company is not None
    assert found.company.engine().states["payroll-from-the-office"] is State.ENFORCE
    assert "new" in found.company.policies.sources


def test_the_same_change_on_both_sides_is_no_conflict(base: Company) -> None:
    both = edited(base, APPS, "name: Wiki", "name: Knowledge")
    found = rebased(base, both, both)
    assert found.company is not None
    assert found.company.revision == both.revision


@pytest.mark.parametrize(
    ("file", "name", "ours", "theirs"),
    [
        (WHO, "staff-work", ("sensitivity <= 1", "sensitivity <= 0"), ("strength >= 2", "strength >= 3")),
        (WHO, "staff-work", ("Staff work with", "Staff use"), ("strength >= 2", "strength >= 3")),
        (APPS, "wiki", ("name: Wiki", "name: W"), ('download: ["GET /export/**"]', 'download: ["GET /e"]')),
        (
            TESTS,
            "Staff do not read salaries",
            ("{strength: 3}\n  expect: deny", "{strength: 2}\n  expect: deny"),
            ("  expect: deny", "  because: nothing-permits\n  expect: deny"),
        ),
    ],
)
def test_what_both_changed_is_named_though_its_lines_might_merge(
    base: Company, file: str, name: str, ours: tuple[str, str], theirs: tuple[str, str]
) -> None:
    found = rebased(base, edited(base, file, *ours), edited(base, file, *theirs))
    assert found.company is None
    assert found.conflicts == (Conflict(file, name),)


def test_what_one_took_away_and_the_other_names_is_refused(base: Company) -> None:
    ours = candidate(
        base, added(base, '@id("n") permit (principal in Group::"finance", action, resource == App::"wiki");')
    )
    policies = base.files[WHO].split('@id("finance-payroll")')[0]
    tests = base.files[TESTS].split("- test: Finance")[0]
    theirs = candidate(
        base,
        {
            "limen.toml": base.files["limen.toml"].replace('finance = "Finance"\n', ""),
            APPS: base.files[APPS].replace("owner: finance", "owner: staff"),
            WHO: policies,
            TESTS: tests,
        },
    )
    with pytest.raises(FolderError):
        rebased(base, ours, theirs)


LINES = st.lists(st.sampled_from("abcd"), max_size=8)


@settings(max_examples=size(200, least=50))
@given(base=LINES, ours=LINES, theirs=LINES)
def test_merging_is_lawful(base: list[str], ours: list[str], theirs: list[str]) -> None:
    assert merge(base, ours, base) == ours
    assert merge(base, base, theirs) == theirs
    assert merge(base, ours, ours) == ours
    assert merge(base, ours, theirs) == merge(base, theirs, ours)


@settings(max_examples=size(100, least=30))
@given(data=st.data(), lines=st.lists(st.integers(), min_size=7, max_size=12, unique=True))
def test_edits_that_do_not_touch_are_both_there(data: st.DataObject, lines: list[int]) -> None:
    base = [str(one) for one in lines]
    mine = data.draw(st.integers(0, len(base) - 1))
    other = data.draw(st.integers(0, len(base) - 1).filter(lambda one: abs(one - mine) > 1))
    ours, theirs, both = list(base), list(base), list(base)
    ours[mine] = both[mine] = "mine"
    theirs[other] = both[other] = "other"
    assert merge(base, ours, theirs) == both
