from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.cli.harbor_week import harbor_week
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.company import store
from limen.company.load import failing_tests, load_company
from limen.company.publish import CONSOLE, publish
from limen.company.states import in_state
from limen.policy import State
from limen.storage import Database

CANDIDATES = Path(__file__).parents[2] / "examples" / "candidates"


def said_of(root: Path, candidate: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What `limen plan` says of a shipped candidate, without what differs at each run or with each new policy test."""
    shutil.copytree(CANDIDATES / candidate / "policies", root / "policies", dirs_exist_ok=True)
    capsys.readouterr()
    code = leave("plan", str(root))
    text = capsys.readouterr().out.replace(f"limen apply {root}", "limen apply")
    for pattern, word in (
        (r"limen why [0-9a-f]{24}-1", "limen why ID"),
        (r"\b[0-9a-f]{12}\b", "REVISION"),
        (r"\d+ policy tests", "N policy tests"),
        (r"tests\.yaml:\d+:1", "tests.yaml:N:1"),
    ):
        text = re.sub(pattern, word, text)
    return code, text


@pytest.mark.parametrize(("candidate", "code"), [("payroll-needs-a-known-device", 1), ("customers-only-by-day", 0)])
def test_a_shipped_candidate_does_what_its_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], candidate: str, code: int
) -> None:
    assert said_of(harbor_week(tmp_path), candidate, capsys) == (
        code,
        (CANDIDATES / candidate / "plan.txt").read_text(),
    )


def test_without_people_a_candidate_does_what_the_readme_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = (CANDIDATES / "README.md").read_text().split("```\n")[3]
    assert shown.startswith("Who gains and who loses")
    shutil.copytree(CANDIDATES.parent / "harbor", tmp_path / "harbor")
    assert leave("apply", str(tmp_path / "harbor"), "-m", "As it is") == 0
    code, said = said_of(tmp_path / "harbor", "customers-only-by-day", capsys)
    assert code == 0
    assert shown in said


def test_the_same_folder_changes_nothing_and_publishes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = harbor_week(tmp_path)
    assert leave("plan", str(root)) == 0
    expected(re.sub(r"\d+ policy tests", "N policy tests", capsys.readouterr().out), {str(root): "FOLDER"})
    database = Database.open(root / "data/limen.db")
    assert len(database.read(store.history)) == 1
    database.close()


def test_the_plan_for_programs_has_people_by_their_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = harbor_week(tmp_path)
    shutil.copytree(CANDIDATES / "customers-only-by-day" / "policies", root / "policies", dirs_exist_ok=True)
    assert leave("plan", str(root), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["publishable"], found["effect"]["differences"], found["effect"]["turns"]) == (True, 6, {"loses": 6})
    assert [(one["person"], one["count"]) for one in found["effect"]["turned"]] == [("farid", 4), ("yuki", 2)]
    assert [one["name"] for one in found["changes"]] == ["customers-only-by-day"]


def test_before_anything_is_published_everything_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("plan", str(root)) == 0
    said = capsys.readouterr().out
    expected(said, {str(root): "FOLDER"})
    assert len(said.splitlines()) < 15
    assert not (root / "data").exists()


@pytest.fixture
def behind(tmp_path: Path) -> Path:
    """A published folder that was changed since, while a colleague enforced a policy in the console."""
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    database = Database.open(root / "data/limen.db")
    enforced = in_state(load_company(root), "payroll-from-the-office", State.ENFORCE)
    publish(database, enforced, "p1", "the office is ready", 2, via=CONSOLE)
    database.close()
    change(root, "apps.yaml", "label: internal", "label: public")
    return root


def test_a_folder_behind_what_is_in_force_is_told_to_pull_first(
    behind: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    capsys.readouterr()
    assert leave("plan", str(behind)) == 1
    said = capsys.readouterr().out
    expected("\n".join(said.splitlines()[:3]), {str(behind): "FOLDER"})
    assert "limen apply" not in said
    assert leave("plan", str(behind), "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["publishable"], [one["author"] for one in found["meanwhile"]]) == (False, ["p1"])
    assert leave("apply", str(behind), "-m", "The wiki is for everybody") == 1


def test_what_was_kept_against_a_colleague_is_told_as_an_undoing(
    behind: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    change(behind, "policies/20-report-only.cedar", "// Looked at first", "// Looked at, first")
    assert leave("pull", str(behind), "--keep") == 0
    capsys.readouterr()
    assert leave("plan", str(behind)) == 0
    said = capsys.readouterr().out
    assert said.count("p1") == 1  # what the colleague did is undone, and not told as what happened since
    expected(next(one for one in said.splitlines() if "p1" in one))


def test_without_people_and_requests_the_plan_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "policies/20-report-only.cedar", '@state("report-only")\n', "")
    capsys.readouterr()
    assert leave("plan", str(root)) == 0
    expected(capsys.readouterr().out, {str(root): "FOLDER"})
    change(
        root, "policies/20-report-only.cedar", '@id("payroll-from-the-office")', '@id("payroll-office")\n@state("off")'
    )
    assert leave("plan", str(root)) == 0
    expected(capsys.readouterr().out, {str(root): "FOLDER"})


def test_a_folder_that_can_not_be_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    change(root, "policies/10-who.cedar", "permit (principal in", "permitt (principal in")
    assert leave("plan", str(root)) == 1
    assert "policies/10-who.cedar:" in capsys.readouterr().err


def test_tests_that_a_change_contradicts_are_updated_and_each_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_folder(tmp_path)
    change(root, "policies/10-who.cedar", "context.auth.strength >= 2", "context.auth.strength >= 3")
    assert leave("plan", str(root)) == 1
    assert "--update-tests" in capsys.readouterr().out
    assert leave("plan", str(root), "--update-tests") == 0
    said = capsys.readouterr().out
    assert "-  expect: permit\n+  expect: challenge" in said
    assert failing_tests(load_company(root)) == ()
