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

from limen.company import store
from limen.company.load import load_company
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
    assert shown.startswith("Who could do what")
    shutil.copytree(CANDIDATES.parent / "harbor", tmp_path / "harbor")
    assert leave("apply", str(tmp_path / "harbor"), "-m", "As it is") == 0
    code, said = said_of(tmp_path / "harbor", "customers-only-by-day", capsys)
    assert code == 0
    assert shown in said


def test_the_same_folder_changes_nothing_and_publishes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = harbor_week(tmp_path)
    assert leave("plan", str(root)) == 0
    said = capsys.readouterr().out
    assert "Nothing would change" in said
    assert "Replayed 78 requests of the last 30 days: the answer to each stays the same." in said
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


def test_before_anything_is_published_everything_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    assert leave("plan", str(root)) == 0
    said = capsys.readouterr().out
    assert "nothing was published yet" in said
    assert "  5 policies: administrators-run-limen, finance-payroll, payroll-from-the-office" in said
    assert "  4 tests\n" in said
    assert "The first administrator can still administer Limen with a passkey" in said
    assert "Who gains or loses was not looked at: nothing was published yet" in said
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
    behind: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert leave("plan", str(behind)) == 1
    said = capsys.readouterr().out
    first, who, advice, *_ = said.splitlines()
    assert first == "This folder is based on an older revision. Since then:"
    assert who.endswith("published by p1 because “the office is ready”")
    assert advice.startswith(f"`limen pull {behind}` first, then `limen plan {behind}` again")
    assert "limen apply" not in said
    assert leave("plan", str(behind), "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["publishable"], [one["author"] for one in found["meanwhile"]]) == (False, ["p1"])
    assert leave("apply", str(behind), "-m", "The wiki is for everybody") == 1


def test_what_was_kept_against_a_colleague_is_told_as_an_undoing(
    behind: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(behind, "policies/20-watch.cedar", "// Looked at first", "// Looked at, first")
    assert leave("pull", str(behind), "--keep") == 0
    capsys.readouterr()
    assert leave("plan", str(behind)) == 0
    said = capsys.readouterr().out
    assert "older revision" not in said
    (line,) = [one for one in said.splitlines() if "from enforce to watch" in one]
    assert re.search(r"this undoes [0-9a-f]{12}, published by p1 because “the office is ready”$", line)
    assert said.count("undoes") == 1


def test_without_people_and_requests_the_plan_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "policies/20-watch.cedar", '@state("watch")\n', "")
    capsys.readouterr()
    assert leave("plan", str(root)) == 0
    said = capsys.readouterr().out
    assert "There are too few people to tell, so this supposes one person of each group in limen.toml." in said
    assert "  “Finance” loses Payroll · " in said
    assert "No requests were replayed: there are none in the journal yet." in said
    change(root, "policies/20-watch.cedar", '@id("payroll-from-the-office")', '@id("payroll-office")\n@state("off")')
    assert leave("plan", str(root)) == 0
    assert "Nobody gains or loses anything, nor would one person of any group" in capsys.readouterr().out


def test_a_folder_that_can_not_be_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    change(root, "policies/10-who.cedar", "permit (principal in", "permitt (principal in")
    assert leave("plan", str(root)) == 1
    assert "policies/10-who.cedar:" in capsys.readouterr().err
