"""The company's own rules live in its folder: checked with their examples, published, pulled, kept with revisions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.company.small_folder import FILES, small_folder

from limen.company.candidate import candidate
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.load import FolderError, check_folder, load_company, load_settings
from limen.company.pull import Pulled, pull
from limen.company.revision import read_content, write_content
from limen.facts import FactStore
from limen.monitor.detections.company_rules import DETECTIONS, FOLDER, CompanyRules
from limen.monitor.detections.rule_set import compile_rules

NAME = f"{FOLDER}/payroll.yml"
TEXT = """\
# What nobody does at night.
title: Payroll exported
id: 6a2ff0b8-2f57-4f6f-8d3c-0d4a8e7b9c01
date: 2026-01-01
logsource: {product: payroll}
detection: {selection: {operation: export}, condition: selection}
custom:
  tests:
    positive: [{operation: Export}]
    negative: [{operation: view}]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.fixture
def company(root: Path) -> Company:
    return load_company(root)


def put(root: Path, text: str, name: str = NAME) -> None:
    (root / FOLDER).mkdir(exist_ok=True)
    (root / name).write_text(text)


def test_a_company_without_them_has_the_revision_it_always_had(company: Company) -> None:
    assert FOLDER not in company.parts
    assert FOLDER not in write_content(company).get("parts", {})


def test_a_rule_is_in_force_from_the_revision_that_has_it(root: Path, company: Company) -> None:
    put(root, TEXT)
    after = load_company(root)
    assert after.revision != company.revision
    assert after.files[NAME] == TEXT
    rules = read_content(json.loads(json.dumps(write_content(after)))).parts[FOLDER]
    assert rules == after.parts[FOLDER]
    known = FactStore()
    DETECTIONS.in_force(known, rules)
    kept = known.rules_of(CompanyRules)
    assert kept is not None
    compiled = compile_rules(kept.texts)
    assert ([one.about.title for one in compiled.rules], compiled.problems) == (["Payroll exported"], ())
    DETECTIONS.in_force(known, None)
    assert known.rules_of(CompanyRules) == CompanyRules()


def test_comments_and_layout_make_no_other_revision(root: Path) -> None:
    put(root, TEXT)
    before = load_company(root).revision
    put(root, TEXT.replace("# What nobody does at night.\n", "\n\n"))
    assert load_company(root).revision == before
    put(root, TEXT.replace("operation: export", "operation: exports").replace("Export}", "Exports}"))
    assert load_company(root).revision != before


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("operation: view", "operation: export", 2),
        ("{operation: export}", "{operation|utf17: export}", 6),
        ("id: 6a2ff0b8", "id: x", 3),
        ("date:", "\tdate:", 4),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_line(root: Path, old: str, new: str, line: int) -> None:
    put(root, TEXT.replace(old, new))
    checked = check_folder(root)
    assert [(one.file, one.line) for one in checked.problems] == [(NAME, line)]
    assert not checked.is_sound


def test_an_id_of_a_rule_that_comes_with_limen_is_refused(root: Path) -> None:
    from limen.monitor.detections.own_rules import own_rules

    taken = own_rules().rules[0].id
    put(root, TEXT.replace("6a2ff0b8-2f57-4f6f-8d3c-0d4a8e7b9c01", taken))
    (problem,) = check_folder(root).problems
    assert (problem.file, taken in problem.what) == (NAME, True)


def test_it_is_edited_pulled_and_removed_as_any_other_file(root: Path, company: Company) -> None:
    theirs = candidate(company, {NAME: TEXT})
    assert [one.detail for one in changes(company, theirs)] == ['Detection "Payroll exported" is new']
    assert pull(root, FILES, theirs, load_settings(root)) == Pulled((NAME,), (), ())
    assert (root / NAME).read_text() == TEXT
    assert load_company(root).revision == theirs.revision
    assert pull(root, theirs.files, company, load_settings(root)) == Pulled((), (NAME,), ())
    assert [one.detail for one in changes(theirs, company)] == ['Detection "Payroll exported" is removed']


@pytest.mark.parametrize(
    "name", ["detections/../x.yml", "detections/a/b.yml", "detections/.a.yml", "detections/a.yaml"]
)
def test_a_name_that_would_not_be_read_is_refused(company: Company, name: str) -> None:
    with pytest.raises(FolderError):
        candidate(company, {name: TEXT})


def test_a_file_that_would_not_be_read_is_named(root: Path) -> None:
    put(root, TEXT, f"{FOLDER}/a.yaml")
    (root / FOLDER / "README.md").write_text("notes are nobody's business")
    assert [one.file for one in check_folder(root).problems] == ['"detections/a.yaml"']


def test_a_link_out_of_the_folder_is_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "own.yml").write_text(TEXT)
    (root / FOLDER).symlink_to(outside)
    assert [one.file for one in check_folder(root).problems] == [FOLDER]
    (root / FOLDER).unlink()
    (root / FOLDER).mkdir()
    (root / NAME).symlink_to(outside / "own.yml")
    assert [one.file for one in check_folder(root).problems] == [NAME]
