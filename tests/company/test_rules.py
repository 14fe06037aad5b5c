from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.clock import from_iso
from limen.company.candidate import NEW_POLICIES, added, candidate
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.rules import form_of, names_of, new_id, rules_about, with_form, without
from limen.demo import harbor
from limen.errors import LimenError
from limen.policy.forms import Exemption, Form, Needs, sentence

HAND = """// Above it.
@id("odd")
@title("Odd minutes")
forbid (principal, action, resource == App::"payroll")
when { context.time.minute == 7 };
"""


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(harbor.folder())


def test_what_is_about_an_app_is_gathered_what_opens_it_first(company: Company) -> None:
    rules = rules_about(company, company.all_apps["payroll"])
    ids = [rule.policy.id for rule in rules]
    assert ids[:2] == ["finance-payroll", "hr-reads-payroll"]
    assert {"payroll-changes-by-day", "restricted-needs-a-fresh-passkey", "guests-nothing-else"} <= set(ids)
    assert not {"staff-work", "sales-customers", "customers-change-on-known-devices", "sign-in"} & set(ids)
    assert [rule.opens for rule in rules] == sorted((rule.opens for rule in rules), reverse=True)
    assert all(rule.form is not None for rule in rules)


def test_changing_a_form_changes_that_policy_and_no_other_byte(company: Company) -> None:
    form = form_of(company, "finance-payroll")
    assert form is not None
    ((file, text),) = with_form(
        company, replace(form, needs=(Needs({"auth.strength": 3, "device.known": True}),))
    ).items()
    old = company.policies.sources["finance-payroll"].text
    before, after = company.files[file].split(old)
    assert text.startswith(before)
    assert text.endswith(after)
    (one,) = changes(company, candidate(company, {file: text}))
    assert (one.name, one.detail) == ("finance-payroll", "its conditions")


def test_a_form_that_says_what_is_said_changes_nothing(company: Company) -> None:
    for policy in company.policies.sources:
        form = form_of(company, policy)
        assert form is not None
        assert with_form(company, form) == {}


def test_a_new_form_goes_to_the_consoles_own_file(company: Company) -> None:
    form = Form("hr-git", "permit", groups=frozenset({"hr"}), apps=frozenset({"git"}), actions=frozenset({"view"}))
    changed = with_form(company, form)
    assert list(changed) == [NEW_POLICIES]
    after = candidate(company, changed)
    assert form_of(after, "hr-git") == form
    second = replace(form, id="hr-git-too")
    assert candidate(after, with_form(after, second)).files[NEW_POLICIES].count("@id(") == 2


def test_an_exception_comes_and_goes(company: Company) -> None:
    form = form_of(company, "customers-change-on-known-devices")
    assert form is not None
    exempt = Exemption("p_greta", from_iso("2026-12-01T23:00:00Z"), "Her laptop is being mended")
    after = candidate(company, with_form(company, replace(form, exemptions=(exempt,))))
    read = form_of(after, form.id)
    assert read is not None
    said = sentence(read, names_of(after, {"p_greta": "Greta Sommer"}))
    assert said.endswith("Greta Sommer is exempt until 2 Dec 2026 (Her laptop is being mended)")
    back = candidate(after, with_form(after, form))
    assert back.files == company.files


def test_hand_written_text_is_told_and_never_rewritten(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    company = candidate(company, added(company, HAND))
    (rule,) = [one for one in rules_about(company, company.all_apps["payroll"]) if one.policy.id == "odd"]
    assert rule.form is None
    with pytest.raises(LimenError, match="written by hand"):
        with_form(company, Form("odd", "forbid", needs=()))


def test_words_between_the_lines_are_their_authors(company: Company) -> None:
    text = company.policies.sources["finance-payroll"].text.replace("permit (", "// Asked for by Maren.\npermit (")
    file = company.policies.sources["finance-payroll"].file
    after = candidate(
        company, {file: company.files[file].replace(company.policies.sources["finance-payroll"].text, text)}
    )
    assert form_of(after, "finance-payroll") is None


def test_a_rule_can_be_taken_away(company: Company) -> None:
    after = candidate(company, without(company, "customers-download-on-healthy-devices") | _without_its_tests(company))
    assert "customers-download-on-healthy-devices" not in after.policies.sources
    with pytest.raises(LimenError, match="there is no policy"):
        without(company, "no-such")


def _without_its_tests(company: Company) -> dict[str, str]:
    tests = company.files["policies/tests.yaml"].split("\n- test: ")
    kept = [one for one in tests if "customers-download-on-healthy-devices" not in one]
    return {"policies/tests.yaml": "\n- test: ".join(kept)}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("HR reads Git", "hr-reads-git"),
        ("Ünïcode & co.", "n-code-co"),
        ("???", "rule"),
        ("Finance payroll", "finance-payroll-2"),
    ],
)
def test_a_new_rule_is_named_by_its_title(company: Company, title: str, name: str) -> None:
    assert new_id(company, title) == name
