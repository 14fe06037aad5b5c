from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change, new_folder
from tests.company.small_folder import small_folder
from tests.golden import Expected
from tests.sso.issuer import entry, issuer_at_work, written

from limen.company.load import load_company
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def test_a_sound_folder_leaves_with_0_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    assert leave("check", str(root), "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["sound"], body["problems"], body["tests"] >= 10) == (True, [], True)
    assert len(body["revision"]) == 32


def test_problems_leave_with_1_each_on_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = new_folder(tmp_path)
    change(root, "apps.yaml", "label: internal", "label: secret")
    assert leave("check", str(root)) == 1
    said = capsys.readouterr().out
    first, _last = said.splitlines()
    assert first.startswith("apps.yaml:14:10: ")
    expected(said)


def test_failing_tests_leave_with_1_and_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    change(
        root,
        "policies/tests.yaml",
        "given: {strength: 1}\n  expect: challenge",
        "given: {strength: 1}\n  expect: permit",
    )
    assert leave("check", str(root)) == 1
    tests = len(load_company(root).tests)
    assert re.findall(r"\d+", capsys.readouterr().out.splitlines()[-1]) == ["1", str(tests)]
    assert leave("check", str(root), "--json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert set(problem) == {"file", "line", "column", "what", "fix"}


BARRING = '@id("nobody")\nforbid (principal, action == Action::"administer", resource);\n'


def test_a_folder_that_locks_everybody_out_is_not_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    tests = root / "policies/tests.yaml"
    tests.write_text(tests.read_text().split("- test: Administrators")[0])
    (root / "policies/90-own.cedar").write_text(BARRING)
    assert leave("check", str(root)) == 1
    said = capsys.readouterr().out
    problem, _last = said.splitlines()
    assert problem.startswith("policies/90-own.cedar:1:1: ")
    expected(said)
    assert leave("check", str(root), "--json") == 1
    body = json.loads(capsys.readouterr().out)
    assert (body["sound"], [one["file"] for one in body["problems"]]) == (False, ["policies/90-own.cedar"])


def test_the_people_of_the_database_must_get_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    database = Database.open(root / "data/limen.db")
    ada = Person("p1", "Ada", "ada@harbor.example", frozenset({"administrators"}), active=True)
    database.write(lambda one: people.add(one.connection, ada, PersonStatus.ACTIVE, 1))
    database.close()
    capsys.readouterr()
    assert leave("check", str(root)) == 1
    expected(capsys.readouterr().out, {str(root): "FOLDER"})


def test_failing_tests_and_a_lock_out_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    (root / "policies/90-own.cedar").write_text(BARRING)
    assert leave("check", str(root)) == 1
    expected(capsys.readouterr().out.splitlines()[-1])
    assert leave("apply", str(root), "-m", "Begin") == 1
    said = capsys.readouterr().err
    assert "policies/tests.yaml:" in said
    assert "policies/90-own.cedar:1:1: " in said
    assert leave("plan", str(root)) == 1
    said = capsys.readouterr().out
    assert re.search(r"\b1\b.*\b4\b", said)
    assert "policies/90-own.cedar:1:1: " in said


def test_a_folder_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("check", "/nonexist") == 1
    assert "/nonexist" in capsys.readouterr().err


def test_the_schema_is_shown_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("check", "--schema") == 0
    assert "entity Person in [Group]" in capsys.readouterr().out


def test_what_could_not_be_checked_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = new_folder(tmp_path)
    (root / "limen.toml").write_text('name = "a"\nname = "b"\n')
    (root / "apps.yaml").write_text("- [\n")
    assert leave("check", str(root)) == 1
    expected(capsys.readouterr().out.splitlines()[-1])


def test_policies_that_let_what_is_not_known_pass_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = new_folder(tmp_path)
    (root / "policies" / "90-own.cedar").write_text(
        '@id("by-day")\n@allow_unknown("a trial")\nforbid (principal, action, resource)\n'
        'when { context.device.known && context.device.compliance == "non_compliant" };\n'
    )
    assert leave("check", str(root)) == 0
    *notes, whole = capsys.readouterr().out.splitlines()  # of the baseline's policies none is exempt
    assert [note.split()[2] for note in notes] == ["by-day"]
    expected(notes[-1])
    assert whole.startswith("Example: 1 app, ")
    assert leave("check", str(root), "-v") == 0
    assert "by-day" in capsys.readouterr().out
    assert leave("check", str(root), "--json") == 0
    exempt = json.loads(capsys.readouterr().out)["exempt"]
    assert {"policy": "by-day", "where": "policies/90-own.cedar:1", "why": "a trial"} in exempt


def test_two_sign_in_services_of_one_domain_are_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    with issuer_at_work() as there:
        other = replace(there, url=f"{there.url}/other")
        written(entry(there, "first"), entry(other, "second"))(root)
    assert leave("check", str(root), "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["sound"], [one["file"] for one in body["warnings"]]) == (True, ["sign-in.yaml"])
    assert leave("check", str(root)) == 0
    assert body["warnings"][0]["what"] in capsys.readouterr().out
