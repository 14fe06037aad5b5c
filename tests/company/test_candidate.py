from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.candidate import NEW_POLICIES, added, candidate, find_policy, replaced
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.load import FolderError, load_company
from limen.errors import LimenError

NEW = '@id("nobody-at-all")\n@title("Nobody")\nforbid (principal, action, resource == App::"limen");'


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def test_a_changed_text_is_read_with_all_the_others_and_nothing_else_changes(company: Company) -> None:
    old = company.policies.sources["finance-payroll"].text
    changed = replaced(company, "finance-payroll", old.replace(">= 3", ">= 2"))
    after = candidate(company, changed)
    assert [(one.name, one.how) for one in changes(company, after)] == [("finance-payroll", "changed")]
    (file,) = changed
    assert after.files[file] == company.files[file].replace(old, old.replace(">= 3", ">= 2"))
    assert {name for name in company.files if company.files[name] != after.files[name]} == {file}


def test_a_candidate_without_changes_is_the_same_revision(company: Company) -> None:
    assert candidate(company, {}) == company


def test_a_policy_can_be_added_and_taken_away_again(company: Company) -> None:
    after = candidate(company, added(company, NEW))
    assert find_policy(after, "nobody-at-all")[0] == NEW_POLICIES
    again = candidate(after, added(after, NEW.replace("nobody-at-all", "nobody-else")))
    assert set(again.policies.sources) - set(company.policies.sources) == {"nobody-at-all", "nobody-else"}
    back = candidate(again, {NEW_POLICIES: None})
    assert back == company
    without = candidate(again, replaced(again, "nobody-else", ""))
    assert without == after


def test_every_problem_is_told_with_its_file_and_line(company: Company) -> None:
    with pytest.raises(FolderError) as error:
        candidate(company, {"policies/99-new.cedar": "\npermit (principal, action, resource);\nforbid (who);"})
    assert [(one.file, one.line) for one in error.value.problems] == [
        ("policies/99-new.cedar", 2),
        ("policies/99-new.cedar", 3),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("policies/../../x.cedar", "", "this file name is not allowed"),
        ("/etc/passwd", "", "this file name is not allowed"),
        ("policies/x.yaml", "", "this file name is not allowed"),
        ("policies/x.cedar", "// " + "x" * 1_000_000, "longer than"),
        ("policies/x.cedar", "// \0", "character here"),
        ("policies/x.cedar", "// \ud800", "character here"),
    ],
)
def test_hostile_texts_never_reach_the_parser(company: Company, name: str, text: str, said: str) -> None:
    with pytest.raises(FolderError, match=said):
        candidate(company, {name: text})


def test_a_policy_that_is_not_there_is_named_with_one_that_is(company: Company) -> None:
    with pytest.raises(LimenError, match="did you mean"):
        replaced(company, "finance-payrol", "x")


def test_a_revision_without_texts_says_what_to_do(company: Company) -> None:
    bare = replace(company, files={})
    for wrong in (lambda: candidate(bare, {}), lambda: find_policy(bare, "finance-payroll")):
        with pytest.raises(LimenError, match="limen apply"):
            wrong()
