from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import change, new_folder

from limen.company.company import Company
from limen.company.folder import TESTS
from limen.company.load import failing_tests, load_company
from limen.company.updated_tests import updated_tests
from limen.errors import LimenError
from limen.policy import Effect

PEOPLE = "policies/10-people.cedar"


def strength_three(tmp_path: Path) -> Company:
    """The newcomer's change: what asked for two factors asks for a passkey."""
    folder = new_folder(tmp_path)
    text = (folder / PEOPLE).read_text()
    (folder / PEOPLE).write_text(text.replace("context.auth.strength >= 2", "context.auth.strength >= 3"))
    return load_company(folder)


def test_tests_that_a_tightening_contradicts_are_updated_together_and_each_is_shown(tmp_path: Path) -> None:
    company = strength_three(tmp_path)
    failing = {one.line for one in failing_tests(company)}
    assert len(failing) >= 10
    found = updated_tests(company)
    assert {one.line for one in found.updated} == failing
    assert failing_tests(found.company) == ()
    assert all(one.before in company.files[TESTS] and one.after in found.text for one in found.updated)
    assert all(one.before != one.after for one in found.updated)


def test_some_of_them_can_be_chosen(tmp_path: Path) -> None:
    company = strength_three(tmp_path)
    first, *others = sorted({one.line for one in failing_tests(company)})
    found = updated_tests(company, {first, 1_000_000})
    assert [one.line for one in found.updated] == [first]
    assert len({one.line for one in failing_tests(found.company)}) == len(others)


def test_what_passes_is_left_as_it_is(tmp_path: Path) -> None:
    company = strength_three(tmp_path)
    found = updated_tests(company)
    left = found.text
    for one in found.updated:
        left = left.replace(one.after, one.before, 1)
    assert left == company.files[TESTS]
    whole = load_company(new_folder(tmp_path / "other"))
    assert updated_tests(whole).updated == ()


def test_a_test_of_several_actions_is_split_where_only_some_are_answered_differently(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    no_edit = '@id("x")\nforbid (principal in Group::"staff", action == Action::"edit", resource == App::"handbook");\n'
    (folder / "policies/90-x.cedar").write_text(no_edit)
    found = updated_tests(load_company(folder))
    (split,) = [one for one in found.updated if one.title == "Staff read and edit the handbook"]
    assert split.after.count("- test:") == 2
    of_staff = {
        one.action: one.effect
        for one in found.company.tests
        if one.title.startswith("Staff read and edit") and one.app == "handbook"
    }
    assert of_staff == {"view": Effect.PERMIT, "edit": Effect.DENY}


def test_what_is_not_written_line_by_line_is_left_to_its_author(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    change(
        folder,
        TESTS,
        "- test: Strangers",
        "- {test: A, who: [staff], app: limen, action: view, expect: deny}\n\n- test: Strangers",
    )
    with pytest.raises(LimenError, match="can't be updated"):
        updated_tests(load_company(folder))
