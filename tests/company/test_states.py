from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.candidate import added, candidate
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.states import in_state, with_state
from limen.errors import LimenError
from limen.policy import State


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def test_only_the_state_changes_in_the_text(company: Company) -> None:
    (file, text), *others = with_state(company, "payroll-from-the-office", State.ENFORCE).items()
    assert others == []
    at = company.files[file].index("payroll-from-the-office")
    begin = company.files[file].index('@state("report-only")', at)
    assert (
        text
        == company.files[file][:begin]
        + '@state("enforce")'
        + company.files[file][begin + len('@state("report-only")') :]
    )


def test_a_policy_that_says_no_state_gets_a_line_of_its_own(company: Company) -> None:
    after = in_state(company, "finance-payroll", State.REPORT_ONLY)
    text = after.policies.sources["finance-payroll"].text
    assert '\n@state("report-only")\npermit (principal' in text
    (one,) = changes(company, after)
    assert one.detail == "from enforce to report-only"
    assert in_state(after, "finance-payroll", State.ENFORCE).revision != company.revision  # it says so now


def test_comments_strings_and_hostile_annotations_do_not_mislead(company: Company) -> None:
    text = """@id("odd") // @state("off") permit
@title("say @state(\\"off\\") or permit (x)")
@reason("forbid")
@state( /*x*/ "report-only" )
permit (principal, action, resource == App::"limen") when { context.risk.score < 7 };"""
    with_odd = candidate(company, added(company, text.replace("/*x*/ ", "// y\n")))
    after = in_state(with_odd, "odd", State.OFF)
    (one,) = changes(with_odd, after)
    assert (one.name, one.detail) == ("odd", "from report-only to off")
    assert after.policies.sources["odd"].text == with_odd.policies.sources["odd"].text.replace('"report-only"', '"off"')


def test_the_state_it_has_already_changes_nothing(company: Company) -> None:
    assert in_state(company, "payroll-from-the-office", State.REPORT_ONLY) is company
    assert in_state(company, "finance-payroll", State.ENFORCE) is company


def test_an_unknown_policy_is_refused(company: Company) -> None:
    with pytest.raises(LimenError, match="there is no policy"):
        in_state(company, "no-such", State.OFF)
