from __future__ import annotations

import pytest

from limen.company.load import load_company
from limen.demo import harbor
from limen.web.console.rule_text import MOST_TEXT, plain, problems_of


@pytest.mark.parametrize(
    "text", ["", "permit", "(" * 20_000, "x" * 16_000, '@id("a") permit (principal, action, resource);' * 9]
)
def test_hostile_text_is_a_problem_like_any_other(text: str) -> None:
    assert problems_of(load_company(harbor.folder()), "finance-payroll", text)


def test_a_problem_names_the_line_in_the_file_and_the_line_in_the_text() -> None:
    company = load_company(harbor.folder())
    source = company.policies.sources["finance-payroll"]
    wrong = source.text.replace('Group::"finance"', 'Group::"finanse"')
    (found,) = problems_of(company, "finance-payroll", wrong)
    line = wrong[: wrong.index("finanse")].count("\n") + 1
    assert found.line == line
    assert plain(found)["where"] == f"{source.file}:{source.line + line - 1} (line {line} here)"


def test_a_problem_of_another_file_names_that_file_alone() -> None:
    company = load_company(harbor.folder())
    renamed = company.policies.sources["finance-payroll"].text.replace('@id("finance-payroll")', '@id("payroll")')
    found = [plain(one) for one in problems_of(company, "finance-payroll", renamed)]
    assert [one for one in found if one["where"].startswith("policies/tests.yaml:") and one["line"] == 0]


def test_text_that_is_too_long_or_empty_says_what_to_do() -> None:
    company = load_company(harbor.folder())
    assert "longer than" in plain(problems_of(company, "finance-payroll", "x" * (MOST_TEXT + 1))[0])["what"]
    assert "Remove this rule" in plain(problems_of(company, "finance-payroll", "")[0])["fix"]
